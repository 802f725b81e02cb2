"""Is everything there that was acknowledged, and nothing else?"""

from collections import Counter
from collections.abc import Iterator

from tests.faults.ledger import Entry, Told

RESERVATIONS = """
    SELECT r.id, r.code, r.status, r.user_id, array_agg(s.seat_id) FILTER (WHERE s.released_at IS NULL)
    FROM reservations_reservation r JOIN reservations_reservedseat s ON s.reservation_id = r.id GROUP BY r.id
"""
State = tuple[str, str, frozenset[int]]


class Audit:
    """It goes on from round to round: what was acknowledged once is looked at again after every fault."""

    def __init__(self) -> None:
        self.acknowledged: dict[int, Told] = {}
        self.open: dict[tuple, Entry] = {}

    def enter(self, entries: list[Entry]) -> None:
        """In their order: nobody asks for a change of what was not acknowledged yet."""
        for entry in sorted(entries, key=lambda entry: entry.ended):
            if entry.op == "look":
                continue
            name = entry.op, entry.key, entry.reservation
            if entry.is_final:
                self.open.pop(name, None)
            else:
                self.open[name] = entry
            if entry.told:
                self.acknowledged[entry.told.id] = entry.told

    def complaints(self, rows: list[tuple]) -> Iterator[str]:
        """
        Each acknowledged reservation that is lost or another one now, and all that nobody asked for.

        The rows are those of `RESERVATIONS`.
        """
        found = {row[0]: row for row in rows}
        for told in self.acknowledged.values():
            _, code, status, _, active = found.get(told.id, (told.id, None, None, None, None))
            if (code, status, frozenset(active or ())) not in self.possible(told):
                yield f"reservation {told.id} was acknowledged as {told}, and is {(code, status, active)}"
        unknown = Counter(row[3] for row in found.values() if row[0] not in self.acknowledged)
        unknown -= Counter(entry.user for entry in self.open.values() if entry.op == "book")
        for user, count in unknown.items():
            yield f"user {user} has {count} reservations that nobody asked for, or that were made twice"

    def possible(self, told: Told) -> set[State]:
        """As it was acknowledged, or further on by a request that was never answered."""
        states = {(told.code, told.status, frozenset(told.active))}
        for entry in self.open.values():
            if entry.reservation != told.id:
                continue
            for code, status, active in list(states):
                if entry.op == "confirm":
                    states.add((code, "confirmed", active))
                elif left := active - set(entry.seats):
                    states.add((code, status, left))
                else:
                    states.add((code, "cancelled", frozenset()))
        return states
