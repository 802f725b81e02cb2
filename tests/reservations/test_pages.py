"""The pages of reservations for people at a browser, and what their forms send. How pages look is in tests/api."""

from urllib.parse import urlencode

import pytest

from reservations.models import Reservation
from tests.cast import as_
from tests.cinema import ids_of, reserve
from tests.refusals import errors_of, nothing_changes, problem_of

URL = "/api/v1/reservations/"
HTML = {"Accept": "text/html"}


def send(user, url: str, form: dict | str, **headers):
    """As a form does: no lists and no nothing, only texts; a list is the lines of a text."""
    body = form if isinstance(form, str) else urlencode(form)
    return as_(user).generic("POST", url, body, "application/x-www-form-urlencoded", headers=headers)


@pytest.fixture
def filled_in(showtime) -> dict:
    """All inputs of the form, for A1 and C1."""
    lines = "\r\n".join(str(pk) for pk in ids_of(showtime, "A1", "C1"))
    return {"showtime_id": showtime.pk, "seat_ids[]": lines, "quantity": "", "kind": ""}


class TestReserve:
    def test_these_very_seats(self, alice, filled_in):
        response = send(alice, URL, filled_in)
        assert response.status_code == 201
        body = response.json()
        assert [seat["label"] for seat in body["seats"]] == ["A1", "C1"]
        assert (body["status"], body["total"]) == ("confirmed", "24.50")

    def test_the_best_available(self, alice, filled_in):
        response = send(alice, URL, filled_in | {"seat_ids[]": "", "quantity": "2", "kind": "premium"})
        assert response.status_code == 201
        assert [seat["label"] for seat in response.json()["seats"]] == ["C3", "C4"]

    def test_a_hold(self, alice, filled_in):
        response = send(alice, URL, filled_in | {"hold": "true"})
        assert (response.status_code, response.json()["status"]) == (201, "held")

    def test_a_name_that_comes_again_is_a_list_too(self, alice, showtime):
        a1, a2 = ids_of(showtime, "A1", "A2")
        response = send(alice, URL, f"showtime_id={showtime.pk}&seat_ids={a1}&seat_ids={a2}")
        assert (response.status_code, len(response.json()["seats"])) == (201, 2)

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"quantity": "2"}, ("non_field_errors", "invalid")),
            ({"seat_ids[]": ""}, ("non_field_errors", "invalid")),
            ({"seat_ids[]": "A1"}, ("seat_ids.0", "invalid")),
            ({"seat_ids[]": "9223372036854775807"}, ("seat_ids.0", "does_not_exist")),
            ({"seat_ids[]": "9223372036854775808"}, ("seat_ids.0", "max_value")),
            ({"seat_ids[]": "1\n1"}, ("seat_ids", "duplicate")),
            ({"showtime_id": ""}, ("showtime_id", "invalid")),
            ({"kind": "premium"}, ("kind", "invalid")),
            ({"hold": "maybe"}, ("hold", "invalid")),
        ],
    )
    def test_a_bad_value(self, alice, filled_in, change, error):
        with nothing_changes():
            response = send(alice, URL, filled_in | change)
        assert errors_of(response) == [error]

    def test_a_taken_seat(self, alice, bob, showtime, filled_in):
        reserve(bob, showtime, "A1")
        with nothing_changes():
            response = send(alice, URL, filled_in)
        assert problem_of(response) == (409, "seats_unavailable")

    def test_once_with_an_idempotency_key(self, alice, filled_in):
        key = {"Idempotency-Key": "once"}
        first = send(alice, URL, filled_in, **key)
        with nothing_changes():
            again = send(alice, URL, filled_in, **key)
        assert (again.status_code, again.content, again["Idempotent-Replayed"]) == (201, first.content, "true")
        with nothing_changes():
            other = send(alice, URL, filled_in | {"hold": "true"}, **key)
        assert problem_of(other) == (422, "idempotency_key_reused")


class TestCancel:
    @pytest.fixture
    def url(self, alice, showtime) -> str:
        return f"{URL}{reserve(alice, showtime, 'A1', 'A2').pk}/cancel/"

    @pytest.mark.parametrize("form", [{"seat_ids[]": ""}, ""])
    def test_nothing_filled_in_is_all(self, alice, url, form):
        response = send(alice, url, form)
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")

    def test_some(self, alice, showtime, url):
        response = send(alice, url, {"seat_ids[]": f"{ids_of(showtime, 'A2')[0]}\r\n"})
        assert response.status_code == 200
        assert [seat["status"] for seat in response.json()["seats"]] == ["active", "released"]


class TestAnswered:
    """By a page, when a page is asked for; with the same status."""

    def is_page(self, page, status: int) -> str:
        assert page.status_code == status
        assert page["Content-Type"] == "text/html; charset=utf-8"
        return page.content.decode()

    def test_a_list(self, alice, showtime):
        reservation = reserve(alice, showtime, "A1")
        assert reservation.code in self.is_page(as_(alice).get(URL, headers=HTML), 200)

    def test_one(self, alice, showtime):
        reservation = reserve(alice, showtime, "A1")
        assert reservation.code in self.is_page(as_(alice).get(f"{URL}{reservation.pk}/", headers=HTML), 200)

    def test_what_was_reserved(self, alice, filled_in):
        page = self.is_page(send(alice, URL, filled_in, **HTML), 201)
        assert Reservation.objects.get().code in page

    def test_a_refusal(self, alice, filled_in):
        with nothing_changes():
            page = self.is_page(send(alice, URL, filled_in | {"quantity": "2"}, **HTML), 400)
        assert "Give either seat_ids or quantity." in page

    def test_a_confirmation(self, alice, showtime):
        hold = reserve(alice, showtime, "A1", hold=True)
        page = self.is_page(as_(alice).post(f"{URL}{hold.pk}/confirm/", headers=HTML), 200)
        assert "confirmed" in page

    def test_the_sales(self, ada, showtime):
        page = self.is_page(as_(ada).get("/api/v1/reports/sales/", headers=HTML), 200)
        assert "occupancy" in page
