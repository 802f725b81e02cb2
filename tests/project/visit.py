"""Much of what people and staff do in a day, for a process whose role in the database may do little else."""

import io
import os
import re
from contextlib import redirect_stdout

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from movies.models import Genre  # noqa: E402
from tests.cinema import LAYOUT, tomorrow  # noqa: E402
from tests.movies.pictures import encoded, picture, upload  # noqa: E402
from users.mail import postman  # noqa: E402

NAME, PASSWORD = "carol", "borscht-with-alfalfa-42"
NEW_PASSWORD = "gazpacho-with-nettles-43"


def main() -> None:
    os.environ["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    call_command("createsuperuser", interactive=False, username="ada", email="ada@example.org")
    showtime = run_the_cinema()
    go_to_the_cinema(showtime)
    look_behind_the_counter()
    forget_the_password()
    call_command("clearsessions")
    call_command("check_invariants")


def client(name: str) -> APIClient:
    """A program with a bearer token, that wants to hear what it expects."""
    api = APIClient()
    answer = api.post("/api/v1/auth/token/", {"login": name, "password": PASSWORD})
    tokens = expect(200, api.post("/api/v1/auth/token/refresh/", {"refresh": answer.json()["refresh"]}))
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    return api


def expect(status: int, answer) -> dict | list | None:
    assert answer.status_code == status, (answer.request["PATH_INFO"], answer.status_code, answer.content)
    return answer.json() if answer.content else None


def run_the_cinema() -> int:
    """Staff opens a hall, shows a film in it, calls off a showtime and takes another back; the one that is left."""
    ada = client("ada")
    expect(201, ada.post("/api/v1/genres/", {"name": "Drama", "slug": "drama"}))
    movie = expect(201, ada.post("/api/v1/movies/", {"title": "M", "genres": ["drama"], "runtime_minutes": 90}))["id"]
    file = {"poster": upload(encoded(picture()))}
    expect(200, ada.put(f"/api/v1/movies/{movie}/poster/", file, format="multipart"))
    expect(201, ada.post("/api/v1/halls/", {"number": 1, "name": "Hall 1", "layout": LAYOUT}))
    hours = [
        expect(201, ada.post("/api/v1/showtimes/", {
            "movie_id": movie, "hall_number": 1, "starts_at": tomorrow(hour), "price": "10.00", "premium_price": "12.00"
        }))["id"]
        for hour in (10, 14, 18)
    ]  # fmt: skip
    expect(200, ada.patch(f"/api/v1/movies/{movie}/", {"title": "M (1931)"}))
    expect(204, ada.delete(f"/api/v1/showtimes/{hours[0]}/"))
    expect(200, ada.post(f"/api/v1/showtimes/{hours[1]}/cancel/"))
    expect(200, ada.get("/api/v1/reports/sales/"))
    return hours[2]


def go_to_the_cinema(showtime: int) -> None:
    """Carol registers, reserves twice with one key, holds, confirms, and gives back."""
    person = {"username": NAME, "email": "carol@example.org", "password": PASSWORD}
    expect(201, APIClient().post("/api/v1/auth/register/", person))
    carol = client(NAME)
    body, key = {"showtime_id": showtime, "quantity": 2}, {"HTTP_IDEMPOTENCY_KEY": "one-and-the-same"}
    reservation = expect(201, carol.post("/api/v1/reservations/", body, **key))["id"]
    assert expect(201, carol.post("/api/v1/reservations/", body, **key))["id"] == reservation
    held = expect(201, carol.post("/api/v1/reservations/", {"showtime_id": showtime, "quantity": 1, "hold": True}))
    expect(200, carol.post(f"/api/v1/reservations/{held['id']}/confirm/"))
    expect(200, carol.post(f"/api/v1/reservations/{reservation}/cancel/"))
    expect(204, carol.post("/api/v1/auth/logout/"))


def look_behind_the_counter() -> None:
    """Ada logs in to the admin site, adds a genre, and takes it back."""
    ada = Client()
    assert ada.post("/admin/login/?next=/admin/", {"username": "ada", "password": PASSWORD}).url == "/admin/"
    assert ada.post("/admin/movies/genre/add/", {"name": "War", "slug": "war"}).status_code == 302
    genre = Genre.objects.get(slug="war")
    assert ada.post(f"/admin/movies/genre/{genre.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Genre.objects.filter(slug="war").exists()


def forget_the_password() -> None:
    with redirect_stdout(io.StringIO()) as mail:
        expect(202, APIClient().post("/api/v1/auth/password/reset/", {"email": "carol@example.org"}))
        postman.submit(lambda: None).result(timeout=20)
    uid, token = re.search(r"/reset/(\w+)/([\w-]+)", mail.getvalue()).groups()
    link = {"uid": uid, "token": token, "new_password": NEW_PASSWORD}
    expect(204, APIClient().post("/api/v1/auth/password/reset/confirm/", link))


if __name__ == "__main__":
    main()
