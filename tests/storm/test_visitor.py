"""What a client of a storm writes down of an answer."""

from tests.storm.visitor import essence
from tests.storm.wire import Answer

SEATS = [{"id": 17, "kind": "standard", "price": "10.00", "status": "released"}]
EXPIRED = {"id": 7, "user": {"id": 1}, "status": "expired", "seats": SEATS, "expires_at": "2027-03-01T12:00:01Z"}


def test_a_hold_that_ran_out_before_its_answer_came_was_a_hold():
    told = essence(Answer(start=0, end=1, status=201, body=EXPIRED), {"seats": [17]})
    assert (told["status"], told["active"], told["released"]) == ("held", [17], [])


def test_nothing_is_told_by_a_lost_answer():
    assert essence(Answer(start=0, end=1), {"seats": [17]}) == {}
