"""GET reports/sales/: what was sold of the showtimes that were not cancelled. The cinema here is in Kyiv, at UTC+2."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from reservations.cancellations import cancel_showtime
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve
from tests.refusals import errors_of, problem_of

URL = "/api/v1/reports/sales/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2027, 3, 2, 21, 59, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 2, 22, 0, tzinfo=UTC)
NOTHING = {"showtimes": 0, "capacity": 0, "reserved": 0, "occupancy": 0.0, "revenue": "0.00"}


@pytest.fixture(autouse=True)
def clock(db, settings):
    settings.TIME_ZONE = "Europe/Kyiv"
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def report(ada, **query) -> dict:
    response = as_(ada).get(URL, query)
    assert response.status_code == 200
    return response.json()


def keys(ada, **query) -> list[str]:
    return [row["key"] for row in report(ada, **query)["rows"]]


@pytest.fixture
def three(clock, alice, bob) -> list[Showtime]:
    """Two of one movie in one hall, either side of midnight in Kyiv; one of another movie in another hall."""
    shot, zoo = make_movie("The Long Shot"), make_movie("A Zoo")
    blue, red = make_hall(1, name="Blue"), make_hall(2, name="Red", layout=["SSS"], turnaround_minutes=0)
    showtimes = [
        make_showtime(shot, blue, starts_at=BEFORE_MIDNIGHT - timedelta(hours=3)),
        make_showtime(shot, blue, starts_at=MIDNIGHT),
        make_showtime(zoo, red, starts_at=BEFORE_MIDNIGHT, price=Decimal("7.30")),
    ]
    reserve(alice, showtimes[0], "A1", "C1")
    reserve(bob, showtimes[0], "B1")
    reserve(bob, showtimes[1], "C6")
    reserve(alice, showtimes[2], "A1")
    return showtimes


class TestBody:
    def test_by_showtime_in_order_of_time(self, ada, three):
        first, second, third = (str(showtime.pk) for showtime in three)
        assert report(ada) == {
            "currency": "EUR",
            "totals": {"showtimes": 3, "capacity": 43, "reserved": 5, "occupancy": 0.1163, "revenue": "56.30"},
            "rows": [
                {
                    "key": first,
                    "label": "The Long Shot, 2027-03-02 20:59",
                    "showtimes": 1,
                    "capacity": 20,
                    "reserved": 3,
                    "occupancy": 0.15,
                    "revenue": "34.50",
                },
                {
                    "key": third,
                    "label": "A Zoo, 2027-03-02 23:59",
                    "showtimes": 1,
                    "capacity": 3,
                    "reserved": 1,
                    "occupancy": 0.3333,
                    "revenue": "7.30",
                },
                {
                    "key": second,
                    "label": "The Long Shot, 2027-03-03 00:00",
                    "showtimes": 1,
                    "capacity": 20,
                    "reserved": 1,
                    "occupancy": 0.05,
                    "revenue": "14.50",
                },
            ],
        }

    def test_by_movie_in_order_of_title(self, ada, three):
        zoo = {"key": str(three[2].movie_id), "label": "A Zoo", "showtimes": 1, "capacity": 3, "reserved": 1}
        shot = {"key": str(three[0].movie_id), "label": "The Long Shot", "showtimes": 2, "capacity": 40, "reserved": 4}
        assert report(ada, group_by="movie")["rows"] == [
            zoo | {"occupancy": 0.3333, "revenue": "7.30"},
            shot | {"occupancy": 0.1, "revenue": "49.00"},
        ]

    def test_by_hall_in_order_of_number(self, ada, three):
        blue = {"key": "1", "label": "Blue", "showtimes": 2, "capacity": 40, "reserved": 4}
        red = {"key": "2", "label": "Red", "showtimes": 1, "capacity": 3, "reserved": 1}
        assert report(ada, group_by="hall")["rows"] == [
            blue | {"occupancy": 0.1, "revenue": "49.00"},
            red | {"occupancy": 0.3333, "revenue": "7.30"},
        ]

    def test_by_day_of_the_cinemas_time_zone(self, ada, three):
        second = {"key": "2027-03-02", "label": "2027-03-02", "showtimes": 2, "capacity": 23, "reserved": 4}
        third = {"key": "2027-03-03", "label": "2027-03-03", "showtimes": 1, "capacity": 20, "reserved": 1}
        assert report(ada, group_by="day")["rows"] == [
            second | {"occupancy": 0.1739, "revenue": "41.80"},
            third | {"occupancy": 0.05, "revenue": "14.50"},
        ]

    @pytest.mark.parametrize("group_by", ["showtime", "movie", "hall", "day"])
    def test_totals_are_the_same_whatever_the_rows(self, ada, three, group_by):
        assert report(ada, group_by=group_by)["totals"] == report(ada)["totals"]

    @pytest.mark.parametrize("group_by", ["showtime", "movie", "hall", "day"])
    def test_it_costs_one_query(self, ada, three, group_by, django_assert_num_queries):
        client = as_(ada)
        with django_assert_num_queries(1):
            client.get(URL, {"group_by": group_by})

    def test_two_movies_of_one_title_are_two_rows(self, ada, three):
        make_showtime(make_movie("A Zoo"))
        assert [row["label"] for row in report(ada, group_by="movie")["rows"]] == ["A Zoo", "A Zoo", "The Long Shot"]

    def test_of_nothing_there_is_nothing(self, ada):
        assert report(ada) == {"currency": "EUR", "totals": NOTHING, "rows": []}


class TestCounted:
    """Confirmed seats of showtimes that were not cancelled, at the prices they were sold for."""

    @pytest.fixture(autouse=True)
    def one(self, clock, showtime):
        self.showtime = showtime

    def sold(self, ada) -> tuple[int, str]:
        totals = report(ada)["totals"]
        return totals["reserved"], totals["revenue"]

    def test_a_showtime_that_sold_nothing_counts_with_its_capacity(self, ada):
        assert report(ada)["totals"] == NOTHING | {"showtimes": 1, "capacity": 20}

    def test_holds_do_not_count_until_they_are_confirmed(self, ada, alice, clock):
        hold = reserve(alice, self.showtime, "A1", hold=True)
        reserve(alice, self.showtime, "A2", hold=True)
        assert self.sold(ada) == (0, "0.00")
        hold.confirm(alice)
        assert self.sold(ada) == (1, "10.00")
        clock.shift(timedelta(hours=1))
        assert self.sold(ada) == (1, "10.00")

    def test_given_back_seats_do_not_count(self, ada, alice, bob):
        reservation = reserve(alice, self.showtime, "A1", "A2", "C1")
        reservation.cancel(alice, ids_of(self.showtime, "A2"))
        assert self.sold(ada) == (2, "24.50")
        reserve(bob, self.showtime, "A2")
        assert self.sold(ada) == (3, "34.50")
        reservation.cancel(alice)
        assert self.sold(ada) == (1, "10.00")

    def test_cancelled_showtimes_do_not_count_at_all(self, ada, alice):
        reserve(alice, self.showtime, "A1")
        cancel_showtime(self.showtime)
        assert report(ada) == {"currency": "EUR", "totals": NOTHING, "rows": []}

    def test_past_ones_count(self, ada, alice, clock):
        reserve(alice, self.showtime, "A1")
        clock.shift(timedelta(days=400))
        assert self.sold(ada) == (1, "10.00")

    def test_at_the_price_of_the_moment(self, ada, alice):
        reserve(alice, self.showtime, "A1")
        self.showtime.edit(price=Decimal("99.99"))
        reserve(alice, self.showtime, "A2")
        assert self.sold(ada) == (2, "109.99")

    def test_a_full_house_is_occupied_by_1(self, ada, alice):
        reserve(alice, self.showtime, *(seat.label for seat in self.showtime.seats.all()))
        assert report(ada)["totals"]["occupancy"] == 1.0

    def test_to_the_cent(self, ada, alice):
        self.showtime.edit(price=Decimal("0.10"))
        reserve(alice, self.showtime, "A1", "A2", "A3")
        assert self.sold(ada) == (3, "0.30")


class TestAsked:
    def test_days_are_inclusive_and_of_the_cinemas_time_zone(self, ada, three):
        first, second, third = (str(showtime.pk) for showtime in three)
        assert keys(ada, date_from="2027-03-02") == [first, third, second]
        assert keys(ada, date_from="2027-03-03") == [second]
        assert keys(ada, date_to="2027-03-02") == [first, third]
        assert keys(ada, date_to="2027-03-03") == [first, third, second]
        assert keys(ada, date_from="2027-03-02", date_to="2027-03-02") == [first, third]

    def test_days_on_which_nothing_was_shown(self, ada, three):
        assert keys(ada, date_from="2027-03-04") == []
        assert keys(ada, date_to="2027-03-01") == []
        assert keys(ada, date_from="2027-03-03", date_to="2027-03-02") == []
        assert report(ada, date_from="9999-12-31")["totals"] == NOTHING

    def test_any_day_that_there_is(self, ada, three):
        assert len(keys(ada, date_from="0001-01-01", date_to="9999-12-31")) == 3

    def test_a_movie(self, ada, three):
        assert keys(ada, movie_id=three[2].movie_id) == [str(three[2].pk)]
        assert keys(ada, movie_id=2**63 - 1) == []

    def test_a_hall(self, ada, three):
        assert keys(ada, hall_number=1) == [str(three[0].pk), str(three[1].pk)]
        assert keys(ada, hall_number=0) == []
        assert keys(ada, hall_number=2**63 - 1) == []

    def test_all_at_once(self, ada, three):
        asked = {"date_to": "2027-03-02", "movie_id": three[0].movie_id, "hall_number": 1, "group_by": "day"}
        assert report(ada, **asked)["totals"] == {
            "showtimes": 1,
            "capacity": 20,
            "reserved": 3,
            "occupancy": 0.15,
            "revenue": "34.50",
        }
        assert keys(ada, **asked) == ["2027-03-02"]

    @pytest.mark.parametrize(
        ("name", "value", "why"),
        [
            ("date_from", "yesterday", "invalid"),
            ("date_from", "2027-02-30", "invalid"),
            ("date_to", "2027-03-02T10:00:00Z", "invalid"),
            ("date_to", "02.03.2027", "invalid"),
            ("movie_id", "one", "invalid"),
            ("movie_id", "9223372036854775808", "max_value"),
            ("hall_number", "1.5", "invalid"),
            ("hall_number", "-9223372036854775809", "min_value"),
            ("group_by", "week", "invalid_choice"),
            ("group_by", "Movie", "invalid_choice"),
        ],
    )
    def test_a_malformed_value_is_refused_at_its_name(self, ada, name, value, why):
        assert errors_of(as_(ada).get(URL, {name: value})) == [(name, why)]

    def test_what_is_not_known_is_ignored(self, ada, three):
        assert report(ada, page="x", status="cancelled") == report(ada)


class TestWho:
    def test_an_admin_only(self, alice, anonymous):
        assert problem_of(as_(alice).get(URL)) == (403, "permission_denied")
        assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")

    def test_it_is_only_looked_at(self, ada):
        assert problem_of(as_(ada).post(URL, {})) == (405, "method_not_allowed")
