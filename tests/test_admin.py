"""The admin site: that every page of it works, and that no hand can break a promise there."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.settings import api_settings

from api.models import ThrottleCounter
from movies.models import MovieGenre
from reservations.models import IdempotencyKey, Reservation, ReservedSeat
from showtimes.models import Hall, Seat, Showtime
from tests.cast import PASSWORD, make_user
from tests.cinema import LAYOUT, make_hall, make_movie, make_showtime, reserve, tomorrow
from tests.refusals import nothing_changes, problem_of
from users.models import AuditEntry, Login, Role, User

pytestmark = pytest.mark.django_db

OURS = [
    model
    for model in admin.site._registry
    if model.__module__.split(".")[0] in {"users", "movies", "showtimes", "reservations", "api"}
]
VIEW_ONLY = [AuditEntry, Login, Seat, Reservation, ReservedSeat, IdempotencyKey, ThrottleCounter]
by_name = pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
view_only = pytest.mark.parametrize("model", VIEW_ONLY, ids=lambda model: model.__name__)


@pytest.fixture
def site(client, ada):
    client.force_login(ada)
    return client


def furnish(number: int) -> None:
    """At least one more row of every model."""
    user, showtime = make_user(f"guest{number}"), make_showtime(make_movie(f"Film {number}"))
    user.logins.create(user_agent="Firefox")
    reservation = reserve(user, showtime, "A1", "A2")
    reserve(user, showtime, "A3", hold=True)
    IdempotencyKey.objects.remember(reservation, f"key {number}", {}, "{}")
    ThrottleCounter.objects.create(key=f"login:{number}", hits=3, expires_at=1.8e9)


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def said(response) -> str:
    """What the messages say that the answer brings."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_all_models_are_there():
    models = {
        model
        for label in ("users", "movies", "showtimes", "reservations", "api")
        for model in apps.get_app_config(label).get_models()
    }
    assert models - set(OURS) == {MovieGenre}  # which is on a movie's page


@pytest.mark.parametrize("path", ["", "users/", "password_change/", "showtimes/seat/", "users/user/add/"])
@pytest.mark.parametrize("who", ["nobody", "alice"])
def test_only_admins_come_in(client, alice, who, path):
    if who == "alice":
        client.force_login(alice)
    response = client.get(f"/admin/{path}")
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")


@by_name
def test_every_page_of_a_model(site, model):
    furnish(1)
    model_admin, row = admin.site.get_model_admin(model), model.objects.order_by("pk").last()
    lists = ["", "?q=film 1", "?q=1", "?q=%00", "?o=1", "?o=-2.3", "?all="]
    lists += [f"?{model_admin.date_hierarchy}__year=2026"] if model_admin.date_hierarchy else []
    for query in lists:
        response = site.get(page(model, "changelist") + query)
        assert response.status_code == 200, query
    for spec in site.get(page(model, "changelist")).context["cl"].filter_specs:
        for choice in spec.choices(response.context["cl"]):
            assert site.get(page(model, "changelist") + choice["query_string"]).status_code == 200

    assert site.get(page(model, "change", row.pk)).status_code == 200
    assert site.get(page(model, "history", row.pk)).status_code == 200
    for name, args in (("add", ()), ("delete", (row.pk,))):
        assert site.get(page(model, name, *args)).status_code == (403 if model in VIEW_ONLY else 200), name
    assert site.get(page(model, "change", 999_999)).status_code == 302


@by_name
def test_a_list_costs_the_same_however_many_rows_it_has(site, model):
    furnish(1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        site.get(page(model, "changelist"))
    furnish(2)
    furnish(3)
    with CaptureQueriesContext(connection) as three:
        site.get(page(model, "changelist"))
    assert len(three) == len(one), [query["sql"][:200] for query in three]


@view_only
def test_what_the_system_writes_is_only_looked_at(site, model):
    furnish(1)
    row = model.objects.first()
    with nothing_changes():
        assert site.post(page(model, "add"), {}).status_code == 403
        assert site.post(page(model, "change", row.pk), {"user": "1"}).status_code == 403
        assert site.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        asked = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        assert site.post(page(model, "changelist"), asked).status_code in (302, 200)


def test_a_reservation_is_shown_with_its_seats(site, alice, showtime):
    reservation = reserve(alice, showtime, "C1", "C2")
    text = site.get(page(Reservation, "change", reservation.pk)).content.decode()
    assert reservation.code in text
    assert text.count("14.50") == 2
    assert "29.00" in text
    text = site.get(page(Reservation, "changelist")).content.decode()
    assert "C1, C2" in text


def test_reservations_are_filtered_by_the_status_that_is_shown(site, alice, showtime):
    expired = reserve(alice, showtime, "A1", hold=True)
    ago = timezone.now() - timedelta(minutes=1)
    Reservation.objects.update(expires_at=ago)
    ReservedSeat.objects.update(expires_at=ago)
    held, confirmed = reserve(alice, showtime, "A2", hold=True), reserve(alice, showtime, "A3")
    for status, found in {"expired": [expired], "held": [held], "confirmed": [confirmed], "cancelled": []}.items():
        assert list(site.get(f"{page(Reservation, 'changelist')}?status={status}").context["cl"].queryset) == found


def test_a_login_does_not_show_its_tokens(site, alice):
    login = alice.logins.create(user_agent="Firefox")
    text = site.get(page(Login, "change", login.pk)).content.decode()
    assert "Firefox" in text
    assert login.token_id not in text


# Showtimes


def showtime_form(movie, hall, starts_at=None, **fields) -> dict:
    starts_at = timezone.localtime(starts_at or tomorrow())
    day, clock = starts_at.strftime("%Y-%m-%d"), starts_at.strftime("%H:%M:%S")
    return {"movie": movie.pk, "hall": hall.pk, "starts_at_0": day, "starts_at_1": clock, "price": "9.00", **fields}


def test_a_showtime_is_born_with_its_seats(site, movie, hall):
    response = site.post(page(Showtime, "add"), showtime_form(movie, hall, premium_price="12.50"))

    assert response.status_code == 302, response.context["errors"]
    showtime = Showtime.objects.get()
    assert (showtime.starts_at, str(showtime.price), str(showtime.premium_price)) == (tomorrow(), "9.00", "12.50")
    assert showtime.seats.count() == showtime.capacity == hall.capacity
    assert page(Showtime, "change", showtime.pk) in said(response)


def test_an_occupied_hall_is_said_over_the_form(site, showtime):
    sent = showtime_form(showtime.movie, showtime.hall, showtime.starts_at + timedelta(minutes=30), price="7.77")
    with nothing_changes():
        response = site.post(page(Showtime, "add"), sent)

    assert response.status_code == 200
    assert "Another showtime occupies the hall" in response.content.decode()
    assert "7.77" in response.content.decode()


@pytest.mark.parametrize(
    ("starts_at", "why"),
    [(timezone.now() - timedelta(hours=1), "in the past"), (timezone.now().replace(year=9500), "too far")],
)
def test_a_showtime_starts_at_a_sensible_time(site, movie, hall, starts_at, why):
    with nothing_changes():
        response = site.post(page(Showtime, "add"), showtime_form(movie, hall, starts_at))
    assert why in response.content.decode()


def test_a_showtime_is_moved(site, showtime):
    later = showtime.starts_at + timedelta(hours=3)
    sent = showtime_form(showtime.movie, showtime.hall, later, price="10.00", premium_price="14.50")

    assert site.post(page(Showtime, "change", showtime.pk), sent).status_code == 302

    moved = Showtime.objects.get()
    assert (moved.starts_at, moved.ends_at) == (later, later + timedelta(minutes=90))
    assert moved.changed_at > showtime.changed_at


def test_a_started_showtime_keeps_its_start_and_says_so(site, showtime):
    started = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    Showtime.objects.update(starts_at=started)
    with nothing_changes():
        response = site.post(
            page(Showtime, "change", showtime.pk),
            showtime_form(showtime.movie, showtime.hall, started, price="1.00", premium_price="14.50"),
        )
    assert "This showtime has started: " in response.content.decode()


def test_a_showtime_with_reservations_keeps_its_hall(site, alice, showtime):
    reserve(alice, showtime, "A1")
    sent = showtime_form(showtime.movie, make_hall(2), price="10.00", premium_price="14.50")
    with nothing_changes():
        response = site.post(page(Showtime, "change", showtime.pk), sent)
    assert "so the hall stays" in response.content.decode()


def test_a_showtime_is_deleted_before_its_first_reservation(site, alice, showtime):
    assert site.post(page(Showtime, "delete", showtime.pk), {"post": "yes"}).status_code == 302
    assert not Showtime.objects.exists()

    reserved = make_showtime()
    reserve(alice, reserved, "A1")
    with nothing_changes():
        response = site.post(page(Showtime, "delete", reserved.pk), {"post": "yes"})
        assert "Seats of this showtime have been reserved" in said(response)


def test_showtimes_are_not_deleted_in_bulk(site, showtime):
    asked = {"action": "delete_selected", "_selected_action": [showtime.pk], "post": "yes"}
    with nothing_changes():
        site.post(page(Showtime, "changelist"), asked)


def test_showtimes_are_cancelled_with_their_reservations_after_a_question(site, alice):
    showtime, started = make_showtime(), make_showtime()
    reservation = reserve(alice, showtime, "A1", "A2")
    Showtime.objects.filter(pk=started.pk).update(starts_at=timezone.now())
    asked = {"action": "cancel", "_selected_action": [showtime.pk, started.pk]}

    with nothing_changes():
        question = site.post(page(Showtime, "changelist"), asked).content.decode()
    assert f"{showtime}: 1 reservation<" in question.replace("\n", "")

    response = site.post(page(Showtime, "changelist"), asked | {"confirmed": "yes"})

    assert f"{showtime}: cancelled." in said(response)
    assert "This showtime has started: " in said(response)
    reservation.refresh_from_db()
    assert (reservation.status, reservation.cancelled_because) == ("cancelled", "showtime_cancelled")
    assert sorted(Showtime.objects.values_list("pk", "status")) == [
        (showtime.pk, "cancelled"),
        (started.pk, "scheduled"),
    ]


# Halls


def hall_form(**fields) -> dict:
    return {"number": 7, "name": "Seven", "layout": "SS..PP\r\nAA\r\n", "turnaround_minutes": 10, **fields}


def test_a_hall_is_made_from_lines_of_text(site):
    assert site.post(page(Hall, "add"), hall_form()).status_code == 302
    assert Hall.objects.get().layout == ["SS..PP", "AA"]


@pytest.mark.parametrize("layout", ["", "SSX", "...", "S" * 61, "S\n" * 61])
def test_a_bad_layout_is_refused(site, layout):
    with nothing_changes():
        response = site.post(page(Hall, "add"), hall_form(layout=layout))
    assert response.context["adminform"].form.errors.keys() == {"layout"}


def test_a_hall_is_refitted_but_keeps_its_number(site, hall, showtime):
    assert "\n".join(LAYOUT) in site.get(page(Hall, "change", hall.pk)).content.decode()

    assert site.post(page(Hall, "change", hall.pk), hall_form(number=9)).status_code == 302

    assert Hall.objects.get().pk == hall.pk
    assert Hall.objects.get().layout == ["SS..PP", "AA"]
    assert showtime.seats.count() == showtime.capacity == hall.capacity  # what was made before stays


def test_a_hall_in_use_is_not_deleted(site, showtime):
    with nothing_changes():
        response = site.post(page(Hall, "delete", showtime.hall_id), {"post": "yes"})
    assert response.status_code == 200
    assert str(showtime) in response.content.decode()


def test_what_the_database_refuses_at_last_is_said_too(site, hall, monkeypatch):
    """Between the page's look at what is in the way and the deletion somebody made a showtime."""
    monkeypatch.setattr(
        admin.site.get_model_admin(Hall), "delete_model", lambda *args: make_showtime(hall=hall) and hall.delete()
    )
    with nothing_changes():
        response = site.post(page(Hall, "delete", hall.pk), {"post": "yes"})
    assert "changed a moment ago" in said(response)


# Users


def user_form(user: User, **fields) -> dict:
    form = {"username": user.username, "email": user.email, "role": user.role, "is_active": "on", **fields}
    return {name: value for name, value in form.items() if value is not None}


def new_user(**fields) -> dict:
    return {
        "username": "dora",
        "email": "dora@example.org",
        "role": "user",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **fields,
    }


def test_a_user_is_made(site):
    assert site.post(page(User, "add"), new_user(role="admin")).status_code == 302
    dora = User.objects.get(username="dora")
    assert dora.check_password(PASSWORD)
    assert dora.is_admin


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "ADA"},
        {"username": "a b"},
        {"email": "Ada@example.org"},
        {"email": "x"},
        {"role": "king"},
        {"password2": "other"},
        {"password1": "12345", "password2": "12345"},
    ],
)
def test_a_wrong_user_is_refused(site, wrong):
    with nothing_changes():
        response = site.post(page(User, "add"), new_user(**wrong))
    assert response.status_code == 200
    assert response.context["errors"]


def test_a_user_is_renamed_promoted_and_deactivated(site, alice):
    login = alice.logins.create()

    site.post(page(User, "change", alice.pk), user_form(alice, username="alicia", role="admin"))
    alice.refresh_from_db()
    assert (alice.username, alice.role, alice.is_active) == ("alicia", Role.ADMIN, True)
    assert Login.objects.alive().filter(pk=login.pk).exists()

    site.post(page(User, "change", alice.pk), user_form(alice, is_active=None))
    alice.refresh_from_db()
    assert not alice.is_active
    assert not Login.objects.alive().filter(pk=login.pk).exists()


@pytest.mark.parametrize("rights", [{"role": "user"}, {"is_active": None}])
def test_the_last_admin_stays_one(site, ada, rights):
    with nothing_changes():
        response = site.post(page(User, "change", ada.pk), user_form(ada, username="eva", **rights))
    assert response.status_code == 200
    assert "This is the last active admin." in response.content.decode()


@pytest.mark.parametrize("in_bulk", [False, True])
def test_an_admin_is_not_deleted(site, ada, in_bulk):
    grace = make_user("grace", Role.ADMIN)
    with nothing_changes():
        if in_bulk:
            asked = {"action": "delete_selected", "_selected_action": [ada.pk, grace.pk], "post": "yes"}
            assert site.post(page(User, "changelist"), asked).status_code == 403
        else:
            assert site.post(page(User, "delete", grace.pk), {"post": "yes"}).status_code == 403


def test_a_user_is_deleted_with_their_logins_but_not_with_reservations(site, alice, bob, showtime):
    alice.logins.create()
    assert site.post(page(User, "delete", alice.pk), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=alice.pk).exists()

    reservation = reserve(bob, showtime, "A1")
    with nothing_changes():
        response = site.post(page(User, "delete", bob.pk), {"post": "yes"})
    assert reservation.code in response.content.decode()


@pytest.mark.parametrize("usable", [True, False])
def test_a_new_password_ends_the_logins_of_the_old_one(site, alice, usable):
    alice.logins.create()
    url = reverse("admin:auth_user_password_change", args=(alice.pk,))
    assert site.get(url).status_code == 200
    if usable:
        sent = {
            "usable_password": "true",
            "password1": "quince-jelly-77",
            "password2": "quince-jelly-77",
            "set-password": "",
        }
    else:
        sent = {"usable_password": "false", "password1": "", "password2": "", "unset-password": ""}

    assert site.post(url, sent).status_code == 302

    alice.refresh_from_db()
    assert alice.has_usable_password() is usable
    assert alice.check_password("quince-jelly-77") is usable
    assert not alice.logins.alive().exists()


def test_ones_own_new_password_ends_the_logins_of_the_old_one(site, ada):
    ada.logins.create()
    sent = {"old_password": "wrong", "new_password1": "quince-jelly-77", "new_password2": "quince-jelly-77"}
    with nothing_changes():
        assert site.post("/admin/password_change/", sent).status_code == 200

    assert site.post("/admin/password_change/", sent | {"old_password": PASSWORD}).status_code == 302

    assert not ada.logins.alive().exists()
    assert site.get("/admin/").status_code == 200


def test_guesses_at_the_old_one_are_counted(site, ada, settings):
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"login": "2/minute"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    sent = {"old_password": "wrong", "new_password1": "quince-jelly-77", "new_password2": "quince-jelly-77"}
    with nothing_changes():
        assert [site.post("/admin/password_change/", sent).status_code for _ in range(2)] == [200, 200]
        answer = site.post("/admin/password_change/", sent | {"old_password": PASSWORD})
    assert problem_of(answer) == (429, "throttled")
    assert site.get("/admin/password_change/").status_code == 200


def log_in(client, name: str, password: str = PASSWORD, **headers):
    return client.post("/admin/login/?next=/admin/", {"username": name, "password": password}, **headers)


def test_an_admin_logs_in_by_name_or_e_mail_address(client, ada, alice):
    assert client.get("/admin/login/").status_code == 200
    assert log_in(client, "alice").status_code == 200  # the form again
    assert log_in(client, "ada", "wrong").status_code == 200
    for name in ("Ada", "ada@example.org"):
        assert log_in(client, name).url == "/admin/"
        assert client.get("/admin/").status_code == 200
        client.logout()


def test_log_ins_are_counted_together_with_those_over_the_api(client, ada, monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "login", "3/minute")
    for _ in range(3):
        client.post("/api/v1/auth/token/", {"login": "ada", "password": "wrong"}, "application/json")

    for headers in ({}, {"REMOTE_ADDR": "192.0.2.9"}):  # for the account, wherever from
        response = log_in(client, "ada", **headers)
        assert response.status_code == 200
        assert "Too many attempts" in response.content.decode()
    assert client.get("/admin/").status_code == 302


def test_nothing_but_the_admin_site_looks_at_its_sessions(site):
    assert site.get("/admin/").wsgi_request.session.session_key
    for path in ("/api/v1/genres/", "/login/", "/nowhere/"):
        assert not hasattr(site.get(path).wsgi_request, "session")
    assert site.get("/api/v1/users/me/").status_code == 401
