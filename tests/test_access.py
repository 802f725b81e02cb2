"""
Who may do what: one table for the whole API. What is not in it fails, so a new operation has to be thought about.

Everybody sends a valid request, as a browser does it, with cookies. `owner` is whose reservation, hold or login it is;
`other` is some other user; `admin` runs the cinema and owns none of them.
"""

import re
from io import BytesIO

import pytest
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from drf_spectacular.generators import SchemaGenerator
from PIL import Image
from rest_framework.test import APIClient

from movies.models import Genre
from tests.cast import PASSWORD, make_user
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve, tomorrow
from tests.clients import browser
from tests.refusals import problem_of
from tests.rows import rows
from users.models import Role
from users.tokens import RefreshToken

TABLE = """
operation                      anonymous  other  owner  admin

auth_csrf                            200    200    200    200
auth_login                           200    200    200    200
auth_logout                          204    204    204    204
auth_logout_all                      401    204    204    204
auth_password_change                 401    204    204    204
auth_password_reset                  202    202    202    202
auth_password_reset_confirm          204    204    204    204
auth_refresh                         401    200    200    200
auth_register                        201    201    201    201
auth_token                           200    200    200    200
auth_token_refresh                   200    200    200    200

users_me_retrieve                    401    200    200    200
users_me_partial_update              401    200    200    200
users_me_logins_list                 401    200    200    200
users_me_logins_destroy              401    404    204    404
users_list                           401    403    403    200
users_retrieve                       401    403    403    200
users_partial_update                 401    403    403    200

genres_list                          200    200    200    200
genres_retrieve                      200    200    200    200
genres_create                        401    403    403    201
genres_partial_update                401    403    403    200
genres_destroy                       401    403    403    204

movies_list                          200    200    200    200
movies_retrieve                      200    200    200    200
movies_create                        401    403    403    201
movies_update                        401    403    403    200
movies_partial_update                401    403    403    200
movies_destroy                       401    403    403    204
movies_poster_update                 401    403    403    200
movies_poster_destroy                401    403    403    204

halls_list                           200    200    200    200
halls_retrieve                       200    200    200    200
halls_create                         401    403    403    201
halls_partial_update                 401    403    403    200
halls_destroy                        401    403    403    204

schedule                             200    200    200    200
showtimes_list                       200    200    200    200
showtimes_retrieve                   200    200    200    200
showtimes_seats                      200    200    200    200
showtimes_seats_map                  200    200    200    200
showtimes_create                     401    403    403    201
showtimes_partial_update             401    403    403    200
showtimes_destroy                    401    403    403    204
showtimes_cancel                     401    403    403    200
showtimes_seats_block                401    403    403    200
showtimes_seats_unblock              401    403    403    200

reservations_list                    401    200    200    200
reservations_create                  401    201    201    201
reservations_retrieve                401    404    200    200
reservations_confirm                 401    404    200    403
reservations_cancel                  401    404    200    200

reports_sales                        401    403    403    200
reports_sales_export                 401    403    403    200
"""
(_, *ROLES), *LINES = (line.split() for line in TABLE.splitlines() if line)
ACCESS = {
    (operation, role): int(status)
    for operation, *statuses in LINES
    for role, status in zip(ROLES, statuses, strict=True)
}
SCHEMA = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in SchemaGenerator().get_schema(public=True)["paths"].items()
    for method, operation in methods.items()
}
# What looks at no credentials, and so cannot be done in somebody's name by another site's page.
LOOKS_AT_NONE = {
    *("auth_login", "auth_register", "auth_token", "auth_token_refresh"),
    *("auth_password_reset", "auth_password_reset_confirm"),
}
UNSAFE_BY_COOKIE = [name for name, (method, _) in SCHEMA.items() if method != "GET" and name not in LOOKS_AT_NONE]
REFUSALS = {
    401: {"not_authenticated", "authentication_failed"},
    403: {"permission_denied"},
    404: {"not_found"},
}
NEW_PASSWORD = "gazpacho-with-nettles-43"


class Cinema:
    """One of everything, and a valid request for each operation on it."""

    def __init__(self):
        self.owner, self.other, self.admin = make_user("alice"), make_user("bob"), make_user("ada", Role.ADMIN)
        self.charlie = make_user("charlie")
        self.showtime = make_showtime()
        self.reservation = reserve(self.owner, self.showtime, "A1")
        self.hold = reserve(self.owner, self.showtime, "A2", hold=True)
        self.login = self.owner.logins.create()
        # Nothing depends on these, so that they can be deleted.
        self.genre = Genre.objects.create(name="Unused", slug="unused")
        self.movie, self.hall, self.unsold = make_movie("Unshown"), make_hall(9), make_showtime(make_movie("Unsold"))

    def client(self, role: str) -> APIClient:
        return browser(None if role == "anonymous" else getattr(self, role).logins.create())

    def thing(self, operation: str) -> object:
        """What the operation's path names."""
        things = {
            "users_me_logins": self.login.pk,
            "users": self.charlie.pk,
            "genres": self.genre.slug,
            "movies": self.movie.pk,
            "halls": self.hall.pk,
            "showtimes_destroy": self.unsold.pk,
            "showtimes": self.showtime.pk,
            "reservations_confirm": self.hold.pk,
            "reservations": self.reservation.pk,
        }
        return next((thing for name, thing in things.items() if operation.startswith(name)), None)

    def body(self, operation: str) -> dict | None:
        credentials = {"login": "charlie", "password": PASSWORD}
        movie = {"title": "Another", "genres": ["unused"], "runtime_minutes": 90}
        hall = {"number": 8, "name": "Hall 8", "layout": ["SS"]}
        showing = {"movie_id": self.movie.pk, "hall_number": 9, "starts_at": tomorrow().isoformat(), "price": "10.00"}
        return {
            "auth_login": credentials,
            "auth_password_change": {"old_password": PASSWORD, "new_password": NEW_PASSWORD},
            "auth_password_reset": {"email": self.charlie.email},
            "auth_password_reset_confirm": {
                "uid": urlsafe_base64_encode(force_bytes(self.charlie.pk)),
                "token": default_token_generator.make_token(self.charlie),
                "new_password": NEW_PASSWORD,
            },
            "auth_register": {"username": "dora", "email": "dora@example.org", "password": PASSWORD},
            "auth_token": credentials,
            "auth_token_refresh": {"refresh": str(RefreshToken.of(self.login))},
            "users_me_partial_update": {"username": "another"},
            "users_partial_update": {"role": "admin"},
            "genres_create": {"name": "Another"},
            "genres_partial_update": {"name": "Another"},
            "movies_create": movie,
            "movies_update": movie,
            "movies_partial_update": movie,
            "movies_poster_update": {"poster": poster()},
            "halls_create": hall,
            "halls_partial_update": {"name": "Another"},
            "showtimes_create": showing,
            "showtimes_partial_update": {"price": "11.00"},
            "showtimes_seats_block": {"seat_ids": ids_of(self.showtime, "B1")},
            "showtimes_seats_unblock": {"seat_ids": ids_of(self.showtime, "B1")},
            "reservations_create": {"showtime_id": self.showtime.pk, "seat_ids": ids_of(self.showtime, "B2")},
        }.get(operation)

    def send(self, client: APIClient, operation: str, **headers):
        method, path = SCHEMA[operation]
        path = re.sub(r"{\w+}", str(self.thing(operation)), path)
        kind = "multipart" if operation == "movies_poster_update" else "json"
        return getattr(client, method.lower())(path, self.body(operation), format=kind, **headers)


def poster() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (2, 3)).save(picture, "PNG")
    return SimpleUploadedFile("poster.png", picture.getvalue())


@pytest.fixture
def cinema(db, monkeypatch) -> Cinema:
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    return Cinema()


def everything() -> list:
    """All rows of all tables."""
    return rows(*apps.get_models(include_auto_created=True))


def test_the_table_lists_every_operation_and_no_other():
    assert {operation for operation, _ in ACCESS} == SCHEMA.keys()


@pytest.mark.parametrize(("operation", "role"), ACCESS)
def test_access(cinema, operation, role):
    client, status = cinema.client(role), ACCESS[operation, role]
    before = everything()
    response = cinema.send(client, operation)
    assert response.status_code == status, response.content
    if status >= 400:
        assert problem_of(response)[1] in REFUSALS[status]
        assert everything() == before


@pytest.mark.parametrize("operation", UNSAFE_BY_COOKIE)
@pytest.mark.parametrize("role", ["owner", "admin"])
def test_no_other_sites_page_does_it_in_your_name(cinema, operation, role):
    """It sends your cookies, but knows no CSRF token; and with a token that leaked, the Origin gives it away."""
    client = cinema.client(role)
    token = {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}
    client.credentials()
    before = everything()
    for headers in ({}, {"HTTP_X_CSRFTOKEN": "x" * 32}, token | {"HTTP_ORIGIN": "https://elsewhere.example"}):
        assert problem_of(cinema.send(client, operation, **headers)) == (403, "csrf_failed")
    assert everything() == before
