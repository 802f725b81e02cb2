"""`Idempotency-Key` on POST reservations/: whoever lost the answer asks again, and reserves nothing more."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import time_machine
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from reservations.cancellations import cancel_showtime
from reservations.models import IdempotencyKey, Reservation
from reservations.serializers import ReserveSerializer
from tests.cast import as_
from tests.cinema import ids_of, reserve
from tests.race import at_once
from tests.refusals import errors_of, nothing_changes, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def asked(showtime) -> dict:
    return {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "C1")}


def post(user, asked, key="a-key-of-mine"):
    return as_(user).post(URL, asked, headers={"Idempotency-Key": key})


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_while_committing_may_have_booked(alice, asked, monkeypatch):
    """Nobody knows, so the answer claims nothing; the same key again finds out."""
    commit = BaseDatabaseWrapper._commit

    def lose_the_answer(self):
        commit(self)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "_commit", lose_the_answer)
        response = post(alice, asked)
    assert problem_of(response) == (503, "service_unavailable")
    again = post(alice, asked)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert again.json()["id"] == Reservation.objects.get().pk


class TestAgain:
    """The same user, key and body."""

    @pytest.fixture
    def first(self, alice, asked):
        response = post(alice, asked)
        assert response.status_code == 201
        assert "Idempotent-Replayed" not in response
        return response

    def answered_as(self, first, again) -> None:
        assert again.status_code == 201
        assert again.content == first.content
        assert again["Location"] == first["Location"]
        assert again["Content-Type"] == first["Content-Type"] == "application/json"
        assert again["Idempotent-Replayed"] == "true"

    def test_the_first_answer_comes_again_and_nothing_more_is_reserved(self, alice, asked, first, clock):
        clock.shift(timedelta(minutes=1))
        for _ in range(3):
            with nothing_changes():
                again = post(alice, asked)
            self.answered_as(first, again)

    def test_for_the_best_available_as_well(self, alice, showtime):
        asked = {"showtime_id": showtime.pk, "quantity": 2, "hold": True}
        first = post(alice, asked)
        with nothing_changes():
            again = post(alice, asked)
        self.answered_as(first, again)

    def test_whatever_the_order_of_the_members_and_the_white_space(self, alice, showtime, asked, first):
        a1, c1 = asked["seat_ids"]
        body = f'{{ "seat_ids" : [{a1},\n{c1}], "showtime_id": {showtime.pk} }}'
        with nothing_changes():
            again = as_(alice).generic(
                "POST", URL, body, "application/json", headers={"Idempotency-Key": "a-key-of-mine"}
            )
        self.answered_as(first, again)

    def test_even_after_the_reservation_was_cancelled(self, alice, asked, first):
        Reservation.objects.get().cancel(alice)
        with nothing_changes():
            again = post(alice, asked)
        self.answered_as(first, again)

    def test_even_after_somebody_else_took_the_seats(self, alice, bob, asked, first, showtime):
        Reservation.objects.get().cancel(alice)
        reserve(bob, showtime, "A1")
        self.answered_as(first, post(alice, asked))

    def test_even_after_the_showtime_started_or_was_cancelled(self, alice, asked, first, showtime, clock):
        cancel_showtime(showtime)
        self.answered_as(first, post(alice, asked))
        clock.move_to(showtime.starts_at - timedelta(hours=12))
        self.answered_as(first, post(alice, asked))

    def test_even_at_the_limit(self, alice, asked, first, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 2
        self.answered_as(first, post(alice, asked))

    def test_it_lives_24_hours(self, alice, asked, first, clock):
        clock.move_to(NOW + timedelta(hours=24, microseconds=-1))
        self.answered_as(first, post(alice, asked))

    def test_then_it_means_nothing(self, alice, asked, first, clock, showtime):
        clock.move_to(NOW + timedelta(hours=24))
        with nothing_changes():
            response = post(alice, asked)
        assert problem_of(response) == (409, "seats_unavailable")
        response = post(alice, asked | {"seat_ids": ids_of(showtime, "A2")})
        assert response.status_code == 201
        assert "Idempotent-Replayed" not in response
        assert [key.created_at for key in IdempotencyKey.objects.all()] == [NOW + timedelta(hours=24)]


class TestAnotherBody:
    @pytest.mark.parametrize(
        "change",
        [{"hold": True}, {"hold": False}, {"note": "x"}, {"seat_ids": "swapped"}],
    )
    def test_is_refused(self, alice, asked, change):
        post(alice, asked)
        if change == {"seat_ids": "swapped"}:
            change = {"seat_ids": asked["seat_ids"][::-1]}
        with nothing_changes():
            response = post(alice, asked | change)
        assert problem_of(response) == (422, "idempotency_key_reused")

    def test_a_bad_one_is_a_bad_one(self, alice, asked):
        post(alice, asked)
        with nothing_changes():
            response = post(alice, asked | {"seat_ids": []})
        assert errors_of(response) == [("seat_ids", "empty")]


class TestOneKey:
    def test_is_of_one_user(self, alice, bob, showtime, asked):
        post(alice, asked)
        with nothing_changes():
            assert problem_of(post(bob, asked)) == (409, "seats_unavailable")
        other = post(bob, asked | {"seat_ids": ids_of(showtime, "A2")})
        assert other.status_code == 201
        assert "Idempotent-Replayed" not in other

    def test_is_not_another(self, alice, asked):
        """Case matters as well."""
        post(alice, asked, "one")
        for other in ("two", "One"):
            with nothing_changes():
                assert problem_of(post(alice, asked, other)) == (409, "seats_unavailable")

    def test_is_not_needed(self, alice, asked):
        as_(alice).post(URL, asked)
        with nothing_changes():
            assert problem_of(as_(alice).post(URL, asked)) == (409, "seats_unavailable")
        assert not IdempotencyKey.objects.exists()

    def test_of_a_failure_is_not_remembered(self, alice, bob, asked, showtime):
        in_the_way = reserve(bob, showtime, "A1")
        with nothing_changes():
            assert problem_of(post(alice, asked)) == (409, "seats_unavailable")
        in_the_way.cancel(bob)
        response = post(alice, asked)
        assert response.status_code == 201
        assert "Idempotent-Replayed" not in response

    @pytest.mark.parametrize("key", ["k", "!", "~", "k" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
    def test_is_1_to_255_visible_ascii_characters(self, alice, asked, key):
        assert post(alice, asked, key).status_code == 201
        with nothing_changes():
            assert post(alice, asked, key)["Idempotent-Replayed"] == "true"

    @pytest.mark.parametrize("key", ["", " ", "a key", "k" * 256, "ключ", "k\t", "k\x7f", "k\x00"])
    def test_is_nothing_else(self, alice, asked, key):
        with nothing_changes():
            response = as_(alice).post(URL, asked, HTTP_IDEMPOTENCY_KEY=key)
        assert errors_of(response) == [("Idempotency-Key", "invalid")]

    def test_costs_two_queries_and_a_repetition_hardly_any(self, alice, asked, django_assert_num_queries):
        client, headers = as_(alice), {"Idempotency-Key": "k"}
        with django_assert_num_queries(11):  # is it known, or old?, INSERT
            client.post(URL, asked, headers=headers)
        with django_assert_num_queries(4):  # BEGIN, user, it is known, COMMIT
            client.post(URL, asked, headers=headers)


@pytest.mark.django_db(transaction=True)
class TestWhileTheFirstIsUnderWay:
    def test_it_waits_and_is_then_answered_the_same(self, alice, asked, monkeypatch):
        """The first is stopped in the middle of its work, until it is certain that the second has come."""
        first_is_inside, second_has_come = Event(), Event()
        choose, is_valid = ReserveSerializer.choose, ReserveSerializer.is_valid

        def slow_choice(serializer, *args):
            first_is_inside.set()
            assert second_has_come.wait(10)
            return choose(serializer, *args)

        def noticed(serializer, **options):
            if first_is_inside.is_set():
                second_has_come.set()
            return is_valid(serializer, **options)

        def second():
            assert first_is_inside.wait(10)
            return post(alice, asked)

        monkeypatch.setattr(ReserveSerializer, "choose", slow_choice)
        monkeypatch.setattr(ReserveSerializer, "is_valid", noticed)
        first, again = at_once(lambda: post(alice, asked), second)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert ("Idempotent-Replayed" in first, again.get("Idempotent-Replayed")) == (False, "true")
        assert Reservation.objects.count() == 1
