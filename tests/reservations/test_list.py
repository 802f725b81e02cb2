"""GET reservations/: a user's own, an admin's all; newest first, by cursor."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from reservations.cancellations import cancel_showtime
from tests.cast import as_
from tests.cinema import make_showtime, reserve, tomorrow
from tests.refusals import errors_of, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def listed(user, **query) -> list[int]:
    response = as_(user).get(URL, query)
    assert response.status_code == 200
    assert response.json().keys() == {"next", "previous", "results"}
    return [reservation["id"] for reservation in response.json()["results"]]


class TestWhose:
    @pytest.fixture(autouse=True)
    def some(self, clock, alice, bob, showtime):
        self.first = reserve(alice, showtime, "A1", "A2").pk
        self.bobs = reserve(bob, showtime, "B1").pk
        self.last = reserve(alice, showtime, "C1", hold=True).pk

    def test_a_user_sees_their_own_newest_first(self, alice, bob):
        assert listed(alice) == [self.last, self.first]
        assert listed(bob) == [self.bobs]

    def test_an_admin_sees_all(self, ada):
        assert listed(ada) == [self.last, self.bobs, self.first]

    def test_whoever_has_none_sees_none(self, charlie):
        assert as_(charlie).get(URL).json() == {"next": None, "previous": None, "results": []}

    def test_each_is_as_it_is_alone(self, ada):
        alone = [as_(ada).get(f"{URL}{pk}/").json() for pk in (self.last, self.bobs, self.first)]
        assert as_(ada).get(URL).json()["results"] == alone

    def test_an_anonymous_visitor_logs_in_first(self, anonymous):
        assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")

    def test_an_admin_asks_for_those_of_one_user(self, ada, alice, bob, charlie):
        assert listed(ada, user_id=alice.pk) == [self.last, self.first]
        assert listed(ada, user_id=bob.pk) == [self.bobs]
        assert listed(ada, user_id=charlie.pk) == []

    def test_a_user_does_not_see_others_by_asking(self, alice, bob):
        assert listed(alice, user_id=bob.pk) == []
        assert listed(alice, user_id=alice.pk) == [self.last, self.first]


class TestStatus:
    @pytest.fixture(autouse=True)
    def one_of_each(self, clock, alice, showtime):
        self.expired = reserve(alice, showtime, "A1", hold=True)
        clock.shift(timedelta(minutes=5))
        self.held = reserve(alice, showtime, "A2", hold=True)
        self.confirmed = reserve(alice, showtime, "A3")
        self.cancelled = reserve(alice, showtime, "A4", hold=True)
        self.cancelled.cancel(alice)
        clock.move_to(self.expired.expires_at)

    @pytest.mark.parametrize("status", ["held", "confirmed", "cancelled", "expired"])
    def test_shows_and_is_asked_for_alike(self, alice, status):
        response = as_(alice).get(URL, {"status": status})
        [reservation] = response.json()["results"]
        assert (reservation["id"], reservation["status"]) == (getattr(self, status).pk, status)

    def test_a_hold_is_expired_from_its_moment_on(self, alice, clock):
        clock.move_to(self.held.expires_at - timedelta(microseconds=1))
        assert listed(alice, status="held") == [self.held.pk]
        clock.shift(timedelta(microseconds=1))
        assert listed(alice, status="held") == []
        assert listed(alice, status="expired") == [self.held.pk, self.expired.pk]

    def test_a_cancelled_showtime_cancels_the_active_ones(self, alice, showtime):
        cancel_showtime(showtime)
        assert listed(alice, status="cancelled") == [self.cancelled.pk, self.confirmed.pk, self.held.pk]
        assert listed(alice, status="expired") == [self.expired.pk]


class TestShowtime:
    @pytest.fixture(autouse=True)
    def two_of_them(self, clock, alice, bob, showtime):
        later = make_showtime(showtime.movie, starts_at=tomorrow(22))
        self.showtimes = [showtime, later]
        self.of_first, self.of_later = reserve(alice, showtime, "A1").pk, reserve(alice, later, "A1").pk
        self.bobs = reserve(bob, later, "A2").pk

    def test_of_one_of_them(self, alice, ada):
        assert listed(alice, showtime_id=self.showtimes[1].pk) == [self.of_later]
        assert listed(ada, showtime_id=self.showtimes[1].pk) == [self.bobs, self.of_later]

    def test_of_none_that_there_is(self, ada):
        assert listed(ada, showtime_id=2**63 - 1) == []

    def test_upcoming_until_it_starts(self, alice, clock):
        assert listed(alice, upcoming="true") == [self.of_later, self.of_first]
        assert listed(alice, upcoming="false") == []
        clock.move_to(self.showtimes[0].starts_at)
        assert listed(alice, upcoming="true") == [self.of_later]
        assert listed(alice, upcoming="false") == [self.of_first]

    def test_all_that_is_asked_holds_at_once(self, ada, alice):
        both = {"showtime_id": self.showtimes[1].pk, "user_id": alice.pk}
        assert listed(ada, **both, status="confirmed", upcoming="true") == [self.of_later]
        assert listed(ada, **both, status="held") == []


class TestQuery:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("showtime_id", "tonight"),
            ("showtime_id", "1.5"),
            ("showtime_id", "9223372036854775808"),
            ("user_id", "alice"),
            ("user_id", "-9223372036854775809"),
            ("status", "gone"),
            ("status", "HELD"),
            ("upcoming", "maybe"),
            ("upcoming", "1"),
            ("page_size", "0"),
            ("page_size", "101"),
            ("page_size", "-1"),
            ("page_size", "all"),
            ("page_size", "1e1"),
            ("cursor", "x"),
            ("cursor", "ä"),
            ("cursor", b64encode(b"p=abc").decode()),
            ("cursor", b64encode(b"p=9223372036854775808").decode()),
            ("cursor", b64encode(b"o=-1").decode()),
        ],
    )
    def test_a_malformed_value_is_refused_at_its_name(self, alice, name, value):
        response = as_(alice).get(URL, {name: value})
        assert [attr for attr, _ in errors_of(response)] == [name]

    def test_all_of_them_at_once(self, alice):
        response = as_(alice).get(URL, {"showtime_id": "x", "user_id": "y", "status": "z", "upcoming": "?"})
        assert [attr for attr, _ in errors_of(response)] == ["showtime_id", "user_id", "status", "upcoming"]

    def test_what_is_not_known_is_ignored(self, alice, showtime):
        reservation = reserve(alice, showtime, "A1")
        assert listed(alice, page="7", ordering="price", search="x", code="x") == [reservation.pk]


class TestPages:
    @pytest.fixture
    def many(self, clock, alice, showtime) -> list[int]:
        """25 reservations, newest first: of one seat, given back each time but the last."""
        made = [reserve(alice, showtime, "A1")]
        while len(made) < 25:
            made[-1].cancel(alice)
            made.append(reserve(alice, showtime, "A1"))
        return [reservation.pk for reservation in reversed(made)]

    def test_of_twenty(self, alice, many):
        first = as_(alice).get(URL).json()
        assert [one["id"] for one in first["results"]] == many[:20]
        assert first["previous"] is None
        second = as_(alice).get(first["next"]).json()
        assert [one["id"] for one in second["results"]] == many[20:]
        assert second["next"] is None
        back = as_(alice).get(second["previous"]).json()
        assert [one["id"] for one in back["results"]] == many[:20]

    def test_of_any_size_up_to_a_hundred(self, alice, many):
        pages, url = [], f"{URL}?page_size=10&status=cancelled"
        while url:
            page = as_(alice).get(url).json()
            pages.append([one["id"] for one in page["results"]])
            url = page["next"]
        assert pages == [many[1:11], many[11:21], many[21:]]
        assert listed(alice, page_size=100) == many

    def test_what_is_new_does_not_shift_them(self, alice, showtime, many):
        first = as_(alice).get(URL).json()
        reserve(alice, showtime, "B1")
        second = as_(alice).get(first["next"]).json()
        assert [one["id"] for one in second["results"]] == many[20:]

    def test_a_page_costs_four_queries_however_many_there_are(self, alice, ada, many, django_assert_num_queries):
        for user in (alice, ada):
            for size in (1, 25):
                client = as_(user)
                with django_assert_num_queries(4):
                    assert len(client.get(URL, {"page_size": size}).json()["results"]) == size
