"""The audit, on ledgers and databases made by hand: it sees what is wrong, and complains about nothing else."""

from tests.faults.audit import Audit
from tests.faults.ledger import Entry, Told

USER = 7
HELD = Told(1, "ABCDEFGH", "held", [11, 12], [])
CONFIRMED = HELD._replace(status="confirmed")
ONE_LEFT = CONFIRMED._replace(active=[12], released=[11])
CANCELLED = CONFIRMED._replace(status="cancelled", active=[], released=[11, 12])


def entry(op: str, told: Told | None = None, at: float = 1, **fields) -> Entry:
    """Acknowledged if something was told, else never answered."""
    asked = {"key": "k"} if op == "book" else {"reservation": 1}
    outcome = ("201" if op == "book" else "200") if told else "closed"
    return Entry(op, at, at, outcome, told is not None, USER, **{**asked, **fields}, told=told)


def row(told: Told, user: int = USER) -> tuple:
    return told.id, told.code, told.status, user, told.active or None


def complaints(entries: list[Entry], *rows: tuple) -> list[str]:
    audit = Audit()
    audit.enter(entries)
    return list(audit.complaints(list(rows)))


class TestAllIsWell:
    def test_as_it_was_acknowledged(self):
        assert complaints([entry("book", HELD)], row(HELD)) == []

    def test_as_it_was_acknowledged_last_in_whatever_order_the_ledgers_are_read(self):
        entries = [entry("cancel", ONE_LEFT, at=3), entry("confirm", CONFIRMED, at=2), entry("book", HELD, at=1)]
        assert complaints(entries, row(ONE_LEFT)) == []

    def test_what_was_never_answered_may_have_happened_or_not(self):
        for op, seats, after in (
            ("confirm", None, CONFIRMED),
            ("cancel", [11], HELD._replace(active=[12])),
            ("cancel", [11, 12], HELD._replace(status="cancelled", active=[])),
        ):
            entries = [entry("book", HELD), entry(op, at=2, seats=seats)]
            assert complaints(entries, row(HELD)) == []
            assert complaints(entries, row(after)) == []

    def test_a_booking_that_was_never_answered_may_have_happened_or_not(self):
        assert complaints([entry("book")]) == []
        assert complaints([entry("book")], row(HELD)) == []

    def test_one_that_was_answered_at_last(self):
        assert complaints([entry("book"), entry("book", HELD, at=2)], row(HELD)) == []


class TestSomethingIsWrong:
    def test_a_reservation_is_lost(self):
        [complaint] = complaints([entry("book", HELD)])
        assert complaint.startswith("reservation 1 was acknowledged as ")

    def test_it_is_another_one(self):
        for other in (HELD._replace(code="HGFEDCBA"), HELD._replace(active=[11]), CONFIRMED, CANCELLED):
            assert len(complaints([entry("book", HELD)], row(other))) == 1

    def test_its_confirmation_is_lost(self):
        assert len(complaints([entry("book", HELD), entry("confirm", CONFIRMED, at=2)], row(HELD))) == 1

    def test_its_cancellation_is_lost(self):
        entries = [entry("book", CONFIRMED), entry("cancel", CANCELLED, at=2, seats=[11, 12])]
        assert len(complaints(entries, row(CONFIRMED))) == 1

    def test_what_was_never_answered_happened_to_other_seats(self):
        entries = [entry("book", HELD), entry("cancel", at=2, seats=[11])]
        assert len(complaints(entries, row(HELD._replace(active=[11])))) == 1

    def test_what_was_refused_happened(self):
        refused = entry("confirm", at=2)._replace(is_final=True, outcome="409 hold_expired")
        assert len(complaints([entry("book", HELD), refused], row(CONFIRMED))) == 1

    def test_one_key_made_two_reservations(self):
        entries = [entry("book"), entry("book", HELD, at=2)]
        [complaint] = complaints(entries, row(HELD), row(HELD._replace(id=2)))
        assert complaint == "user 7 has 1 reservations that nobody asked for, or that were made twice"

    def test_somebody_else_has_what_was_never_answered(self):
        assert len(complaints([entry("book")], row(HELD, user=8))) == 1
