"""
What each operation leaves in the audit log: one table for the whole API, and one for the admin site. An operation that
changes something and is not in the table fails, so a new one has to be thought about.

That a refused request leaves nothing is asserted by `test_access.py`, which compares all rows of all tables.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from movies.models import Genre, Movie
from showtimes.models import Hall, Showtime
from tests.cast import PASSWORD, make_user
from tests.cinema import ids_of, make_movie, make_showtime, reserve
from tests.operations import NEW_PASSWORD, OPERATIONS, Cinema, come_in
from tests.refusals import lights_out, nothing_changes, problem_of
from tests.test_admin import hall_form, new_user, page, showtime_form, user_form
from users import mail
from users.admin import Audited, ViewOnly
from users.models import AuditEntry, Login, Role, User, audit
from users.tokens import RefreshToken

pytestmark = pytest.mark.django_db

TABLE = """
operation                    asked by   leaves                        actor    target

auth_login                   anonymous  login.succeeded               charlie  user
auth_logout                  owner      login.ended                   alice    user
auth_logout_all              owner      login.ended_everywhere        alice    user
auth_password_change         owner      user.password_changed         alice    user
auth_password_reset          anonymous  -                             -        -
auth_password_reset_confirm  anonymous  user.password_reset           charlie  user
auth_refresh                 owner      -                             -        -
auth_register                anonymous  user.registered               newcomer user
auth_token                   anonymous  login.succeeded               charlie  user
auth_token_refresh           anonymous  -                             -        -

users_me_partial_update      owner      user.changed                  alice    user
users_me_logins_destroy      owner      login.ended                   alice    user
users_partial_update         admin      user.rights_changed           ada      user

genres_create                admin      genre.created                 ada      genre
genres_partial_update        admin      genre.changed                 ada      genre
genres_destroy               admin      genre.deleted                 ada      genre

movies_create                admin      movie.created                 ada      movie
movies_update                admin      movie.changed                 ada      movie
movies_partial_update        admin      movie.changed                 ada      movie
movies_destroy               admin      movie.deleted                 ada      movie
movies_poster_update         admin      movie.poster_set              ada      movie
movies_poster_destroy        admin      movie.poster_removed          ada      movie

halls_create                 admin      hall.created                  ada      hall
halls_partial_update         admin      hall.changed                  ada      hall
halls_destroy                admin      hall.deleted                  ada      hall

showtimes_create             admin      showtime.created              ada      showtime
showtimes_partial_update     admin      showtime.changed              ada      showtime
showtimes_destroy            admin      showtime.deleted              ada      showtime
showtimes_cancel             admin      showtime.cancelled            ada      showtime
showtimes_cancel             admin      reservation.cancelled         ada      reservation
showtimes_cancel             admin      reservation.cancelled         ada      reservation
showtimes_seats_block        admin      showtime.seats_blocked        ada      showtime
showtimes_seats_unblock      admin      showtime.seats_unblocked      ada      showtime

reservations_create          owner      reservation.made              alice    reservation
reservations_confirm         owner      reservation.confirmed         alice    reservation
reservations_cancel          owner      reservation.cancelled         alice    reservation
reservations_cancel_some     admin      reservation.seats_cancelled   ada      reservation
reservations_hold            owner      reservation.held              alice    reservation

page_login_send              anonymous  login.succeeded               charlie  user
page_logout_send             owner      login.ended                   alice    user
page_logout_of_refresh_send  owner      login.ended                   alice    user
page_register_send           anonymous  user.registered               dora     user
page_register_send           anonymous  login.succeeded               dora     user
"""
ROWS = [line.split() for line in TABLE.splitlines()[2:] if line]
ASKED_BY = {operation: role for operation, role, *_ in ROWS}
LEAVES = {
    operation: [tuple(entry) for each, _, *entry in ROWS if each == operation and entry[0] != "-"]
    for operation in ASKED_BY
}
# The same operations, asked in another way.
VARIANTS = {"reservations_cancel_some": "reservations_cancel", "reservations_hold": "reservations_create"}


class AuditedCinema(Cinema):
    """With something to unblock and a poster to remove, and a reservation of more than one seat."""

    def __init__(self):
        super().__init__()
        self.showtime.block(ids_of(self.showtime, "D1"))
        Movie.objects.filter(pk=self.movie.pk).update(poster="posters/old.webp")
        self.sold = make_showtime(make_movie("Sold"))
        self.two_seats = reserve(self.other, self.sold, "A1", "A2")

    def thing(self, operation: str):
        return self.two_seats.pk if operation == "reservations_cancel_some" else super().thing(operation)

    def body(self, operation: str, login: Login | None = None):
        if operation == "users_me_partial_update":
            return {"email": "else@example.org", "current_password": PASSWORD}
        if operation == "showtimes_seats_unblock":
            return {"seat_ids": ids_of(self.showtime, "D1")}
        if operation == "reservations_cancel_some":
            return {"seat_ids": ids_of(self.sold, "A2")}
        if operation == "reservations_hold":
            return super().body("reservations_create", login) | {"hold": True}
        return super().body(operation, login)

    def ready(self, operation: str) -> Callable:
        """All that it takes to send it, as whom the table says, by cookie."""
        login = self.log_in(ASKED_BY[operation])
        return partial(self.send, come_in("cookie", login), operation, self.body(operation, login))


@pytest.fixture
def cinema(db, monkeypatch) -> AuditedCinema:
    for variant, operation in VARIANTS.items():
        monkeypatch.setitem(OPERATIONS, variant, OPERATIONS[operation])
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    return AuditedCinema()


class Left:
    """The entries that a block leaves."""

    def __enter__(self):
        self.before = list(AuditEntry.objects.values_list("pk", flat=True))
        return self

    def __exit__(self, *args):
        self.entries = list(AuditEntry.objects.exclude(pk__in=self.before).select_related("actor").order_by("pk"))
        self.told = [
            (entry.action, entry.actor.username if entry.actor else "-", entry.target.partition("/")[0] or "-")
            for entry in self.entries
        ]


def assert_nothing_secret(entries: list[AuditEntry]) -> None:
    text = json.dumps([[entry.action, entry.target, entry.details, entry.request_id] for entry in entries])
    secrets = {PASSWORD, NEW_PASSWORD, "@", "example.org"}
    secrets |= set(User.objects.values_list("password", flat=True))
    secrets |= set(Login.objects.values_list("token_id", flat=True))
    assert [secret for secret in secrets if secret in text] == []


def test_the_table_lists_every_operation_that_can_change_something():
    unsafe = {name for name, operation in OPERATIONS.items() if operation.method != "GET"}
    assert ASKED_BY.keys() == unsafe | VARIANTS.keys()


@pytest.mark.parametrize("operation", ASKED_BY)
def test_each_leaves_its_entry(cinema, operation):
    send = cinema.ready(operation)
    with Left() as left:
        response = send(HTTP_X_REQUEST_ID="the-id-of-the-request")
    assert response.status_code < 400, response.content
    assert left.told == LEAVES[operation]
    assert {entry.request_id for entry in left.entries} <= {"the-id-of-the-request"}
    assert_nothing_secret(left.entries)


@pytest.mark.parametrize("operation", [operation for operation, leaves in LEAVES.items() if leaves])
def test_what_cannot_be_written_down_is_not_done(cinema, monkeypatch, operation):
    """The entry and the change are one transaction: without the one there is not the other."""
    send = cinema.ready(operation)
    monkeypatch.setattr(audit, "insert", lights_out)
    with nothing_changes():
        assert send().status_code == 503


def test_what_is_not_done_is_not_written_down(cinema, monkeypatch):
    """It fails after its entry was written: then neither is there."""
    send = cinema.ready("reservations_create")
    monkeypatch.setattr("reservations.serializers.ReservationSerializer.to_representation", lights_out)
    with nothing_changes():
        assert problem_of(send()) == (503, "service_unavailable")


AGAIN = ["auth_logout", "showtimes_cancel", "showtimes_seats_block", "showtimes_seats_unblock", "reservations_confirm"]


@pytest.mark.parametrize("operation", [*AGAIN, "reservations_cancel", "movies_poster_destroy", "users_partial_update"])
def test_what_changes_nothing_leaves_nothing(cinema, operation):
    """The second time all is done already."""
    send = cinema.ready(operation)
    send()
    with Left() as left:
        assert send().status_code < 300
    assert left.told == []


def test_what_is_answered_from_an_idempotency_key_leaves_nothing_more(cinema):
    send = cinema.ready("reservations_create")
    send(HTTP_IDEMPOTENCY_KEY="once")
    with Left() as left:
        assert send(HTTP_IDEMPOTENCY_KEY="once").status_code == 201
    assert left.told == []


def test_a_refresh_token_that_comes_again_later_is_written_down(cinema):
    client, sent = APIClient(), {"refresh": str(RefreshToken.of(cinema.login))}
    assert client.post("/api/v1/auth/token/refresh/", sent).status_code == 200
    with Left() as left, time_machine.travel(timezone.now() + timedelta(seconds=11)):
        assert client.post("/api/v1/auth/token/refresh/", sent).status_code == 401
        assert client.post("/api/v1/auth/token/refresh/", sent).status_code == 401
    assert left.told == [("login.refresh_reused", "-", "user")]
    [entry] = left.entries
    assert (entry.target, entry.details) == (f"user/{cinema.owner.pk}", {"login_id": cinema.login.pk})


def test_a_mailed_link_is_written_down(alice, monkeypatch):
    monkeypatch.setattr("users.mail.connections.close_all", lambda: None)  # it works in a thread of its own
    with Left() as left:
        mail._send_password_reset("nobody@example.org")
        mail._send_password_reset("alice@example.org")
    assert left.told == [("user.password_reset_mailed", "-", "user")]
    assert_nothing_secret(left.entries)


class TestDetails:
    def details(self, cinema, operation: str) -> dict:
        send = cinema.ready(operation)
        with Left() as left:
            send()
        return left.entries[0].details

    def test_of_what_admins_write_are_the_fields_that_were_sent(self, cinema):
        assert self.details(cinema, "showtimes_partial_update") == {"price": "11.00"}
        assert self.details(cinema, "genres_create") == {"name": "Film noir", "slug": "film-noir"}
        assert self.details(cinema, "movies_update") == {
            "title": "Below the Weir",
            "description": "Each spring the river gives something back.",
            "genres": ["unused"],
            "runtime_minutes": 112,
            "release_date": "2026-11-20",
        }
        made = self.details(cinema, "showtimes_create")
        assert made.pop("starts_at").endswith("Z")
        assert made == {"movie_id": cinema.movie.pk, "hall_number": 9, "price": "9.50", "premium_price": "13.00"}

    def test_of_a_reservation_tell_whose_it_is_and_which_seats(self, cinema):
        assert self.details(cinema, "reservations_cancel_some") == {
            "user_id": cinema.other.pk,
            "seat_ids": ids_of(cinema.sold, "A2"),
        }
        assert self.details(cinema, "reservations_cancel") == {
            "user_id": cinema.owner.pk,
            "because": "user",
            "seat_ids": ids_of(cinema.showtime, "A1"),
        }

    def test_of_ones_own_name_and_address_tell_only_that_they_changed(self, cinema):
        assert self.details(cinema, "users_me_partial_update") == {"fields": ["email"]}


# The admin site


@pytest.fixture
def site(client, ada):
    client.force_login(ada)
    return client


def test_every_page_that_writes_is_audited():
    ours = [each for each in admin.site._registry.values() if type(each).__module__.split(".")[0] != "django"]
    assert ours
    assert [each for each in ours if not isinstance(each, Audited | ViewOnly)] == []


def movie_form(**fields) -> dict:
    genre = Genre.objects.get_or_create(slug="war", defaults={"name": "War"})[0]
    genres = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "0-genre": genre.pk}
    return {
        **{"title": "Alien", "description": "", "runtime_minutes": "117", "release_date": ""},
        **{f"moviegenre_set-{name}": value for name, value in genres.items()},
        **fields,
    }


class TestAdminSite:
    def test_a_genre(self, site):
        with Left() as left:
            site.post(page(Genre, "add"), {"name": "War", "slug": "war"})
            genre = Genre.objects.get()
            site.post(page(Genre, "change", genre.pk), {"name": "Wars", "slug": "war"})
            site.post(page(Genre, "change", genre.pk), {"name": "Wars", "slug": "war"})  # nothing new
            site.post(page(Genre, "delete", genre.pk), {"post": "yes"})
        assert left.told == [(f"genre.{what}", "ada", "genre") for what in ("created", "changed", "deleted")]
        assert [entry.details for entry in left.entries] == [{"name": "War", "slug": "war"}, {"name": "Wars"}, {}]
        assert {entry.target for entry in left.entries} == {f"genre/{genre.pk}"}

    def test_a_movie_with_its_genres(self, site):
        with Left() as left:
            response = site.post(page(Movie, "add"), movie_form())
        assert response.status_code == 302, response.context["errors"]
        assert left.told == [("movie.created", "ada", "movie")]
        assert left.entries[0].details == {
            "title": "Alien",
            "runtime_minutes": 117,
            "moviegenre_set": ["Alien: War"],
        }

    def test_halls_are_deleted_in_bulk_each_with_its_entry(self, site):
        site.post(page(Hall, "add"), hall_form(number=7))
        site.post(page(Hall, "add"), hall_form(number=8))
        with Left() as left:
            asked = {"action": "delete_selected", "_selected_action": [7, 8], "post": "yes"}
            site.post(page(Hall, "changelist"), asked)
        assert not Hall.objects.exists()
        assert sorted((entry.action, entry.target) for entry in left.entries) == [
            ("hall.deleted", "hall/7"),
            ("hall.deleted", "hall/8"),
        ]

    def test_a_showtime_is_made_changed_cancelled_and_deleted(self, site, movie, hall, alice):
        with Left() as left:
            site.post(page(Showtime, "add"), showtime_form(movie, hall))
            showtime = Showtime.objects.get()
            reserve(alice, showtime, "A1")
            sent = showtime_form(movie, hall, showtime.starts_at, price="11.00")
            site.post(page(Showtime, "change", showtime.pk), sent)
            asked = {"action": "cancel", "_selected_action": [showtime.pk], "confirmed": "yes"}
            site.post(page(Showtime, "changelist"), asked)
        assert left.told == [
            ("showtime.created", "ada", "showtime"),
            ("reservation.made", "alice", "reservation"),
            ("showtime.changed", "ada", "showtime"),
            ("showtime.cancelled", "ada", "showtime"),
            ("reservation.cancelled", "ada", "reservation"),
        ]
        assert left.entries[2].details == {"price": "11.00"}
        assert left.entries[4].details == {"user_id": alice.pk, "because": "showtime_cancelled"}

    def test_a_user_is_made_renamed_promoted_and_deleted(self, site):
        with Left() as left:
            site.post(page(User, "add"), new_user())
            dora = User.objects.get(username="dora")
            site.post(page(User, "change", dora.pk), user_form(dora, username="dolly", role="admin"))
            dora.refresh_from_db()
            site.post(page(User, "change", dora.pk), user_form(dora, role="user"))
            site.post(page(User, "delete", dora.pk), {"post": "yes"})
        assert [(entry.action, entry.actor.username, entry.target, entry.details) for entry in left.entries] == [
            ("user.created", "ada", f"user/{dora.pk}", {"fields": ["username", "email"]}),
            ("user.rights_changed", "ada", f"user/{dora.pk}", {"role": "admin"}),
            ("user.changed", "ada", f"user/{dora.pk}", {"fields": ["username"]}),
            ("user.rights_changed", "ada", f"user/{dora.pk}", {"role": "user"}),
            ("user.deleted", "ada", f"user/{dora.pk}", {}),
        ]

    def test_passwords(self, site, ada, alice):
        new = {"password1": "quince-jelly-77", "password2": "quince-jelly-77"}
        new |= {"usable_password": "true", "set-password": ""}
        own = {"old_password": PASSWORD, "new_password1": "quince-jelly-77", "new_password2": "quince-jelly-77"}
        url = reverse("admin:auth_user_password_change", args=(alice.pk,))
        with Left() as left:
            assert (
                site.post(url, new | {"usable_password": "true", "set-password": "", "password2": "x"}).status_code
                == 200
            )
            assert site.post(url, new | {"password2": "x"}).status_code == 200
            assert site.post(url, new).status_code == 302
            assert site.post("/admin/password_change/", own | {"old_password": "wrong"}).status_code == 200
            assert site.post("/admin/password_change/", own).status_code == 302
        assert [(entry.action, entry.actor_id, entry.target) for entry in left.entries] == [
            ("user.password_changed", ada.pk, f"user/{alice.pk}"),
            ("user.password_changed", ada.pk, f"user/{ada.pk}"),
        ]
        assert "quince" not in json.dumps([entry.details for entry in left.entries])

    def test_coming_in_and_going_out(self, client, ada, alice):
        with Left() as left:
            for name, password in (("ada", "wrong"), (PASSWORD, PASSWORD), ("alice", PASSWORD), ("ada", PASSWORD)):
                client.post("/admin/login/?next=/admin/", {"username": name, "password": password})
            client.post("/admin/logout/")
            client.post("/admin/logout/")  # nobody is there any more
        assert [(entry.action, entry.actor_id, entry.target, entry.details) for entry in left.entries] == [
            ("login.failed", None, f"user/{ada.pk}", {}),
            ("login.failed", None, "", {}),
            ("login.failed", None, f"user/{alice.pk}", {}),
            ("login.succeeded", ada.pk, f"user/{ada.pk}", {"at": "admin site"}),
            ("login.ended", ada.pk, f"user/{ada.pk}", {"at": "admin site"}),
        ]
        assert_nothing_secret(left.entries)

    def test_who_cannot_be_written_down_does_not_come_in(self, client, ada, monkeypatch):
        client.raise_request_exception = False
        monkeypatch.setattr(audit, "insert", lights_out)
        response = client.post("/admin/login/?next=/admin/", {"username": "ada", "password": PASSWORD})
        assert response.status_code == 503
        assert client.get("/admin/").status_code == 302

    def test_what_cannot_be_written_down_is_not_done(self, site, alice, hall, monkeypatch):
        site.raise_request_exception = False
        make_user("grace", Role.ADMIN)
        monkeypatch.setattr(audit, "insert", lights_out)
        with nothing_changes():
            for url, sent in (
                (page(Genre, "add"), {"name": "War", "slug": "war"}),
                (page(Hall, "change", hall.pk), hall_form()),
                (page(Hall, "delete", hall.pk), {"post": "yes"}),
                (page(User, "change", alice.pk), user_form(alice, role="admin")),
                (page(User, "delete", alice.pk), {"post": "yes"}),
            ):
                assert site.post(url, sent).status_code == 503, url


ELSEWHERE = {
    *("login.failed", "login.refresh_reused"),
    *("user.created", "user.deleted", "user.erased", "user.password_reset_mailed"),
    "audit.purged",
}


def test_the_page_about_it_names_every_action():
    rows = [line.split("|")[1] for line in Path("docs/audit.md").read_text().splitlines() if line.startswith("| `")]
    documented = {action.strip(" `") for row in rows for action in row.split(",")}
    assert documented == {entry[0] for entries in LEAVES.values() for entry in entries} | ELSEWHERE
