"""
The visit of docs/clients.md, by the client that openapi-python-client makes: `visit.py ADDRESS cookies|bearer NAME`.

Run as a program beside the generated package `cinema_client`, by itself and not by pytest.
"""

import sys
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from cinema_client import AuthenticatedClient, Client
from cinema_client.api.auth import (
    auth_csrf,
    auth_login,
    auth_logout,
    auth_refresh,
    auth_register,
    auth_token,
    auth_token_refresh,
)
from cinema_client.api.movies import movies_list, movies_poster_update
from cinema_client.api.reservations import (
    reservations_cancel,
    reservations_confirm,
    reservations_create,
    reservations_list,
)
from cinema_client.api.showtimes import showtimes_list, showtimes_seats
from cinema_client.api.users import users_me_retrieve
from cinema_client.models import (
    CancelledBecause,
    CancelRequest,
    CredentialsRequest,
    MoviesOrdering,
    MoviesPosterUpdateBody,
    RefreshRequest,
    RegisterRequest,
    ReservationStatus,
    ReserveRequest,
    Role,
    SeatStatus,
    ShowtimesOrdering,
    ShowtimeStatus,
)
from cinema_client.types import File
from PIL import Image

PASSWORD = "borscht-with-alfalfa-42"


class Cookies:
    """As a browser: httpx keeps the cookies; what changes something needs the CSRF token beside them."""

    def __init__(self, address: str, name: str):
        self.client = Client(address, raise_on_unexpected_status=True)
        auth_login.sync(client=self.client, body=CredentialsRequest(name, PASSWORD))
        token = auth_csrf.sync(client=self.client).csrf_token
        self.client.get_httpx_client().headers["X-CSRFToken"] = token

    def refresh(self) -> None:
        kept = dict(self.client.get_httpx_client().cookies)
        assert auth_refresh.sync(client=self.client).username
        assert dict(self.client.get_httpx_client().cookies)["refresh_token"] != kept["refresh_token"]


class Bearer:
    """As a program: both tokens are in its hands."""

    def __init__(self, address: str, name: str):
        self.address = address
        self.use(auth_token.sync(client=Client(address), body=CredentialsRequest(name, PASSWORD)))

    def use(self, pair) -> None:
        self.pair = pair
        self.client = AuthenticatedClient(self.address, token=pair.access, raise_on_unexpected_status=True)

    def refresh(self) -> None:
        old = RefreshRequest(self.pair.refresh)
        self.use(auth_token_refresh.sync(client=self.client, body=old))
        assert auth_token_refresh.sync(client=self.client, body=old).code == "refresh_superseded"


WAYS = {"cookies": Cookies, "bearer": Bearer}


def visit(address: str, way: str, name: str) -> None:
    # Register; a name that is taken is a 400 that says where.
    account = RegisterRequest(username=name, email=f"{name}@example.org", password=PASSWORD)
    anybody = Client(address, raise_on_unexpected_status=True)
    user = auth_register.sync(client=anybody, body=account)
    assert (user.username, user.role) == (name, Role.USER)
    problem = auth_register.sync(client=anybody, body=account)
    assert [(error.attr, error.code) for error in problem.errors] == [("username", "unique"), ("email", "unique")]

    # Log in.
    session = WAYS[way](address, name)
    client = session.client
    assert users_me_retrieve.sync(client=client).id == user.id

    # Look for a film, page by page, and for its showtimes.
    first = movies_list.sync(client=anybody, ordering=MoviesOrdering.TITLE, genre=["drama"], page_size=1)
    second = movies_list.sync(client=anybody, ordering=MoviesOrdering.TITLE, genre=["drama"], page_size=1, page=2)
    assert (first.count, first.previous, second.next_) == (2, None, None)
    assert [page.results[0].title for page in (first, second)] == ["The Long Shot", "The Short Cut"]
    film = movies_list.sync(client=anybody, search="detour").results[0]
    assert film.release_date is None
    showtimes = showtimes_list.sync(
        client=anybody, movie_id=film.id, status=ShowtimeStatus.SCHEDULED, ordering=ShowtimesOrdering.STARTS_AT_DESC
    )
    assert [showtime.movie_title for showtime in showtimes.results] == ["The Long Shot"] * 4
    showtime = showtimes.results[0]

    # See its seats; and again, but only if they have changed.
    seen = showtimes_seats.sync_detailed(showtime.id, client=anybody)
    etag = seen.headers["ETag"]
    assert showtimes_seats.sync_detailed(showtime.id, client=anybody, if_none_match=etag).status_code == 304
    free = [seat.id for seat in seen.parsed if seat.status == SeatStatus.AVAILABLE]

    # Hold two of them. The answer was lost, perhaps: the same again holds nothing more.
    asked = ReserveRequest(showtime_id=showtime.id, seat_ids=free[:2], hold=True)
    hold = reservations_create.sync_detailed(client=client, body=asked, idempotency_key=f"{name}-1")
    again = reservations_create.sync_detailed(client=client, body=asked, idempotency_key=f"{name}-1")
    assert (hold.status_code, hold.parsed.status) == (201, ReservationStatus.HELD)
    assert (again.parsed, again.headers["Idempotent-Replayed"]) == (hold.parsed, "true")
    assert hold.parsed.expires_at > hold.parsed.created_at
    changed = showtimes_seats.sync_detailed(showtime.id, client=anybody, if_none_match=etag)
    assert {seat.status for seat in changed.parsed if seat.id in free[:2]} == {SeatStatus.HELD}

    # Confirm.
    kept = reservations_confirm.sync(hold.parsed.id, client=client)
    assert (kept.status, kept.expires_at, kept.cancelled_because) == (ReservationStatus.CONFIRMED, None, None)

    # Whoever wants one of them now gets a 409 that names it.
    wanted = ReserveRequest(showtime_id=showtime.id, seat_ids=free[1:3])
    problem = reservations_create.sync(client=client, body=wanted)
    assert (problem.status, problem.code) == (409, "seats_unavailable")
    assert [(seat.id, seat.label, seat.reason) for seat in problem.seats] == [
        (free[1], kept.seats[1].label, "reserved"),
    ]

    # What is no seat of it is a 400 that says which.
    problem = reservations_create.sync(client=client, body=ReserveRequest(showtime.id, seat_ids=[free[2], 10**12]))
    assert [(error.attr, error.code) for error in problem.errors] == [("seat_ids.1", "does_not_exist")]

    # Take the best that is left, too, and list both, newest first, with the cursor of each page for the next.
    best = reservations_create.sync(client=client, body=ReserveRequest(showtime.id, quantity=1))
    listed, cursor = [], None
    while cursor is not None or not listed:
        more = {"cursor": cursor} if cursor else {}
        page = reservations_list.sync(client=client, page_size=1, upcoming=True, **more)
        listed += [reservation.id for reservation in page.results]
        cursor = page.next_ and parse_qs(urlsplit(page.next_).query)["cursor"][0]
    assert listed == [best.id, kept.id]

    # Cancel one seat, then the rest.
    left = reservations_cancel.sync(kept.id, client=client, body=CancelRequest(seat_ids=[free[0]]))
    assert [seat.status for seat in left.seats] == ["released", "active"]
    gone = reservations_cancel.sync(kept.id, client=client, body=CancelRequest())
    assert (gone.status, gone.cancelled_because, gone.total) == (
        ReservationStatus.CANCELLED,
        CancelledBecause.USER,
        "0.00",
    )

    # The admin gives the film a poster, which the user may not.
    admin = WAYS[way](address, "ada").client
    assert movies_poster_update.sync(film.id, client=client, body=poster()).code == "permission_denied"
    assert movies_poster_update.sync(film.id, client=admin, body=poster()).poster.startswith(address)

    # Renew the tokens, go on, and log out.
    session.refresh()
    assert users_me_retrieve.sync(client=session.client).username == name
    assert auth_logout.sync_detailed(client=session.client).status_code == 204
    assert users_me_retrieve.sync(client=session.client).status == 401


def poster() -> MoviesPosterUpdateBody:
    file = BytesIO()
    Image.new("RGB", (80, 120)).save(file, "PNG")
    file.seek(0)
    return MoviesPosterUpdateBody(File(file, "poster.png", "image/png"))


if __name__ == "__main__":
    visit(*sys.argv[1:])
