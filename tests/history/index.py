"""Which seats and which requests belong together, over all clients."""

from collections import defaultdict
from collections.abc import Iterable

from tests.history.records import is_first_answer, is_lost, is_ok, names_a_reservation
from tests.history.seats import HELD, RESERVED


class Index:
    def __init__(self, records: Iterable[dict]):
        self.records = list(records)
        self.seats_of_showtime = defaultdict(set)
        self.seats_of_reservation = defaultdict(set)
        self.owner_of_reservation = {}
        self.confirmations = defaultdict(list)
        self.cancellations = defaultdict(list)
        self.closings = defaultdict(list)
        for record in self.records:
            self.take_note_of(record)
        self.give_back_lost_answers()

    def take_note_of(self, record: dict) -> None:
        answer = record["answer"]
        seats = [*record.get("seats", ()), *answer.get("active", ()), *answer.get("released", ())]
        self.seats_of_showtime[record["showtime"]].update(seats)
        if names_a_reservation(record):
            self.seats_of_reservation[answer["reservation"]].update(answer["active"], answer["released"])
            self.owner_of_reservation[answer["reservation"]] = answer["owner"]
        if is_ok(record) or is_lost(record):
            match record["op"]:
                case "confirm":
                    self.confirmations[record["reservation"]].append(record)
                case "cancel":
                    self.cancellations[record["reservation"]].append(record)
                case "cancel_showtime":
                    self.closings[record["showtime"]].append(record)

    def give_back_lost_answers(self) -> None:
        """
        A reservation that no answered booking made is of one whose answer was lost: the answer to a repetition with
        the same `Idempotency-Key` names it, or one to a cancellation. So that booking did happen, and before this.
        """
        known = {record["answer"]["reservation"] for record in self.records if is_first_answer(record)}
        lost = [record for record in self.records if record["op"] == "book" and is_lost(record)]
        for record in sorted(filter(names_a_reservation, self.records), key=lambda record: record["end"]):
            reservation = record["answer"]["reservation"]
            if reservation in known:
                continue
            known.add(reservation)
            booking = next((each for each in lost if self.can_have_made(reservation, each, record)), None)
            if booking is None:
                record["answer"]["comes_from_nowhere"] = True
                continue
            lost.remove(booking)
            booking["end"], booking["status"] = record["end"], 201
            booking["answer"] = {
                **{"reservation": reservation, "owner": booking["user"], "until": None, "replayed": False},
                **{"active": sorted(self.seats_of_reservation[reservation]), "released": []},
                "status": HELD if booking.get("hold") else RESERVED,
            }

    def can_have_made(self, reservation: int, booking: dict, seen_in: dict) -> bool:
        seats = self.seats_of_reservation[reservation]
        return (
            booking["user"] == self.owner_of_reservation[reservation]
            and booking["showtime"] == seen_in["showtime"]
            and booking["start"] < seen_in["end"]
            and (set(booking["seats"]) == seats if "seats" in booking else booking["quantity"] == len(seats))
        )

    def seats_asked(self, record: dict) -> Iterable[int]:
        """Those that the request named; for the best available, any of the showtime's; else the reservation's."""
        if record["op"] in ("confirm", "cancel"):
            return self.seats_of_reservation[record["reservation"]]
        return record.get("seats") or self.seats_of_showtime[record["showtime"]]

    def seats_to_release(self, cancellation: dict) -> Iterable[int]:
        return cancellation.get("seats") or self.seats_of_reservation[cancellation["reservation"]]

    def releases(self, reservation: int, showtime: int, seat: int) -> list[dict]:
        """The requests that can have given this seat of this reservation back."""
        cancellations = (each for each in self.cancellations[reservation] if seat in self.seats_to_release(each))
        return [*cancellations, *self.closings[showtime]]
