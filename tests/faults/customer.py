"""
A customer, as a process: books, holds, confirms, cancels and looks around until its standard input ends.

Like any good client it repeats what was not answered, with the same `Idempotency-Key`.
"""

import json
import random
import select
import sys
import time
from pathlib import Path

from tests.faults.ledger import Ledger, Told
from tests.faults.wire import Answer, Wire

RESERVATIONS = "/api/v1/reservations/"
MOST = 8  # reservations that a customer has before it gives one back
SECONDS_BEFORE_REPETITION = 0.1  # less than `Retry-After` asks for: to see how soon an answer comes
LONGEST_PAUSE = 0.02


class Customer:
    def __init__(self, address: tuple[str, int], ledger: Path):
        self.wire, self.ledger = Wire(address), Ledger(ledger)

    def book(self, user: tuple[int, str], body: dict, key: str, **headers: str) -> Answer:
        answer = self.ask(user[1], "POST", RESERVATIONS, body, **{"Idempotency-Key": key, **headers})
        self.ledger.write("book", answer, user=user[0], key=key, seats=body.get("seat_ids"))
        return answer

    def confirm(self, user: tuple[int, str], reservation: int) -> Answer:
        answer = self.ask(user[1], "POST", f"{RESERVATIONS}{reservation}/confirm/")
        self.ledger.write("confirm", answer, user=user[0], reservation=reservation)
        return answer

    def cancel(self, user: tuple[int, str], reservation: int, seats: list[int]) -> Answer:
        answer = self.ask(user[1], "POST", f"{RESERVATIONS}{reservation}/cancel/", {"seat_ids": seats})
        self.ledger.write("cancel", answer, user=user[0], reservation=reservation, seats=seats)
        return answer

    def look(self, path: str, **headers: str) -> Answer:
        answer = self.wire.ask("GET", path, **headers)
        self.ledger.write("look", answer)
        return answer

    def ask(self, token: str, *request, **headers: str) -> Answer:
        return self.wire.ask(*request, Authorization=f"Bearer {token}", **headers)

    def close(self) -> None:
        self.wire.close()
        self.ledger.file.close()


class RegularCustomer(Customer):
    """One who comes again and again, as several users, and does this and that."""

    def __init__(self, name: str, seed: str, address, ledger, users, showtimes, session):
        super().__init__(address, ledger)
        self.name, self.rng = name, random.Random(seed)
        self.users, self.showtimes, self.session = users, list(showtimes.items()), session
        self.bookings = 0
        self.mine: dict[int, tuple[tuple[int, str], Told]] = {}
        self.unanswered = None

    def act(self) -> None:
        """One request; if it is not answered, it is the next one as well."""
        request = self.unanswered or self.choose()
        answer = request()
        self.unanswered = None if answer.is_final else request
        time.sleep(self.rng.random() * LONGEST_PAUSE if answer.is_final else SECONDS_BEFORE_REPETITION)

    def choose(self):
        chance = self.rng.random()
        if chance < 0.2:
            return self.choose_look()
        if (chance < 0.6 and len(self.mine) < MOST) or not self.mine:
            return self.choose_booking()
        return self.choose_change()

    def choose_look(self):
        showtime, _ = self.rng.choice(self.showtimes)
        paths = ("/api/v1/schedule/", f"/api/v1/showtimes/{showtime}/seats/", "/admin/reservations/reservation/")
        path = self.rng.choice(paths)
        return lambda: self.look(path, Cookie=f"sessionid={self.session}")

    def choose_booking(self):
        user, (showtime, seats) = self.rng.choice(self.users), self.rng.choice(self.showtimes)
        chosen = self.rng.sample(seats, self.rng.randint(1, 4))
        body = {"showtime_id": int(showtime), "seat_ids": chosen, "hold": self.rng.random() < 0.5}
        self.bookings += 1
        key = f"{self.name}-{self.bookings}"
        return lambda: self.remember(user, self.book(user, body, key))

    def choose_change(self):
        reservation = self.rng.choice(list(self.mine))
        user, told = self.mine[reservation]
        if told.status == "held" and self.rng.random() < 0.6:
            return lambda: self.remember(user, self.confirm(user, reservation), reservation)
        all_of_them = self.rng.random() < 0.7
        chosen = told.active if all_of_them else told.active[:1]
        return lambda: self.remember(user, self.cancel(user, reservation, chosen), reservation)

    def remember(self, user: tuple[int, str], answer: Answer, reservation: int | None = None) -> Answer:
        """What was refused for good is forgotten, and so is what is cancelled."""
        if answer.is_ok and (told := Told.of(answer.body)).status != "cancelled":
            self.mine[told.id] = user, told
        elif answer.is_final:
            self.mine.pop(reservation, None)
        return answer


def main() -> None:
    """The first line tells who and where; then `go` and `pause`, each told back once it is so."""
    customer = RegularCustomer(**json.loads(sys.stdin.readline()))
    for command in iter(sys.stdin.readline, ""):
        print(command, end="", flush=True)
        while command == "go\n" and not select.select([sys.stdin], [], [], 0)[0]:
            customer.act()


if __name__ == "__main__":
    main()
