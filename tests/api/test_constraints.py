"""The database has the last word, and its refusal is told like any other. Each constraint is really violated here."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from api.problems import CONSTRAINTS
from api.views import RootView
from movies.models import Genre
from reservations.models import IdempotencyKey, Reservation, ReservedSeat
from showtimes.models import Hall, Showtime
from tests.cast import as_, make_user
from tests.cinema import make_hall, make_showtime, reserve, seats_of
from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import User


def reserve_one_seat_twice() -> None:
    first = ReservedSeat.objects.select_related("seat").get()
    other = Reservation.objects.exclude(pk=first.reservation_id).first()
    ReservedSeat.objects.create(reservation=other, showtime=first.showtime, seat=first.seat, price=1)


def show_two_films_in_one_hall_at_once() -> None:
    Showtime.objects.update(hall=Hall.objects.first())


def give_two_reservations_one_code() -> None:
    Reservation.objects.update(code="AAAAAAAA")


def remember_one_key_twice() -> None:
    for reservation in Reservation.objects.all():
        IdempotencyKey.objects.remember(reservation, "k", {}, "{}")


def register_one_name_twice() -> None:
    User.objects.create(username="ALICE", email="other@example.org")


def register_one_address_twice() -> None:
    User.objects.create(username="other", email="ALICE@example.org")


def name_two_genres_alike() -> None:
    Genre.objects.create(name="DRAMA", slug="other")


def give_two_genres_one_slug() -> None:
    Genre.objects.create(name="Other", slug="drama")


def number_two_halls_alike() -> None:
    Hall.objects.bulk_create([Hall(number=1, name="Other", layout=["S"])])


TAKEN, AWAY = (409, "seats_unavailable"), (503, "service_unavailable")
# By the names that PostgreSQL tells, and where SQLite tells columns instead, by those too.
VIOLATIONS: dict[str, tuple[Callable, object]] = {
    "seat_reserved_once": (reserve_one_seat_twice, TAKEN),
    "reservations_reservedseat.seat_id": (reserve_one_seat_twice, TAKEN),
    "showtimes_never_overlap": (show_two_films_in_one_hall_at_once, (409, "hall_occupied")),
    "reservation_code_unique": (give_two_reservations_one_code, AWAY),
    "reservations_reservation.code": (give_two_reservations_one_code, AWAY),
    "idempotency_key_once": (remember_one_key_twice, AWAY),
    "reservations_idempotencykey.key": (remember_one_key_twice, AWAY),
    "username_unique": (register_one_name_twice, [("username", "unique")]),
    "email_unique": (register_one_address_twice, [("email", "unique")]),
    "genre_name_unique": (name_two_genres_alike, [("name", "unique")]),
    "movies_genre_slug": (give_two_genres_one_slug, [("slug", "unique")]),
    "movies_genre.slug": (give_two_genres_one_slug, [("slug", "unique")]),
    "showtimes_hall_pkey": (number_two_halls_alike, [("number", "unique")]),
    "showtimes_hall.number": (number_two_halls_alike, [("number", "unique")]),
}


@pytest.fixture
def cinema(db) -> None:
    """Two showtimes of one film in two halls, a seat of one reserved, and a reservation of none."""
    alice = make_user("alice")
    showtime, other = make_showtime(), make_showtime(hall=make_hall(2))
    reserve(alice, showtime, "A1")
    Reservation.objects.create(user=alice, showtime=other, status="confirmed")


@pytest.fixture
def request_that(monkeypatch):
    """A function that does something inside of a request, and gives its answer."""

    def send(does: Callable):
        def get(self, request):
            with transaction.atomic():
                does()

        monkeypatch.setattr(RootView, "get", get)
        client = as_(User.objects.get(username="alice"))
        client.raise_request_exception = False
        return client.get("/api/v1/")  # which the schema tells nothing of

    return send


def test_every_constraint_that_is_told_of_is_in_the_table():
    assert VIOLATIONS.keys() == CONSTRAINTS.keys()


@pytest.mark.parametrize("name", VIOLATIONS)
def test_it_refuses_and_the_answer_says_what(cinema, request_that, name):
    violation, refusal = VIOLATIONS[name]
    with nothing_changes():
        response = request_that(violation)
    assert (errors_of(response) if isinstance(refusal, list) else problem_of(response)) == refusal


def test_what_tells_no_more_than_the_name_still_has_the_members(cinema, request_that):
    assert request_that(reserve_one_seat_twice).json()["seats"] == []
    assert request_that(show_two_films_in_one_hall_at_once).json()["conflicts"] == []
    assert request_that(remember_one_key_twice)["Retry-After"] == "2"


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_a_moment_ago_is_a_bad_reference(request_that):
    """A foreign key speaks at COMMIT: in the middle of the transaction all was well."""
    make_user("alice")
    showtime = make_showtime()
    seat = seats_of(showtime, "A1")[0]
    with nothing_changes():
        response = request_that(lambda: type(seat).objects.filter(pk=seat.pk).update(showtime=showtime.pk + 1000))
    assert errors_of(response) == [("non_field_errors", "does_not_exist")]
    detail = "Something that this request names was deleted a moment ago. Look again."
    assert response.json()["errors"][0]["detail"] == detail


def test_another_constraint_is_a_bug_and_says_so(cinema, request_that):
    """Nobody should ever get this far: a check in the code is missing."""
    response = request_that(lambda: User.objects.update(role="queen"))
    assert problem_of(response) == (500, "server_error")
    assert "role_known" not in response.content.decode()


def test_on_postgresql_the_name_is_told_apart_from_the_values(cinema, request_that):
    """Whoever calls themselves like a constraint is not mistaken for it."""
    if connection.vendor == "postgresql":
        response = request_that(lambda: User.objects.create(username="username_unique", email="x", role="queen"))
        assert problem_of(response) == (500, "server_error")
