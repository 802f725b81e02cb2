"""The customers' processes, as those see them who let them go and pause."""

import json
import select
import subprocess
import sys
from pathlib import Path

from tests import harness

CUSTOMERS = 6
USERS_EACH = 3
SECONDS_TO_OBEY = 40  # more than a customer waits for an answer


class Crowd:
    def __init__(self, folder: Path, seed: int, address: tuple[str, int], cinema: dict):
        self.customers: list[subprocess.Popen] = []
        self.identities = [
            {
                "name": f"customer{number}",
                "seed": f"{seed}/{number}",
                "address": address,
                "ledger": str(folder / f"customer{number}.ledger"),
                "users": cinema["users"][number * USERS_EACH : (number + 1) * USERS_EACH],
                "showtimes": cinema["showtimes"],
                "session": cinema["session"],
            }
            for number in range(CUSTOMERS)
        ]

    def come(self) -> None:
        for identity in self.identities:
            customer = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.customer"],
                cwd=harness.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is for us alone
            )
            self.customers.append(customer)
            self.say(customer, json.dumps(identity))

    def go(self) -> None:
        self.tell("go")

    def pause(self) -> None:
        """Each ends what it is doing."""
        self.tell("pause")

    def tell(self, command: str) -> None:
        for customer in self.customers:
            self.say(customer, command)
        for customer in self.customers:
            if not select.select([customer.stdout], [], [], SECONDS_TO_OBEY)[0]:
                raise RuntimeError(f"A customer did not {command} within {SECONDS_TO_OBEY} s.")
            if customer.stdout.readline() != f"{command}\n":
                raise RuntimeError(f"A customer ended with exit code {customer.wait()}.")

    @staticmethod
    def say(customer: subprocess.Popen, line: str) -> None:
        customer.stdin.write(f"{line}\n")
        customer.stdin.flush()

    def close(self) -> None:
        for customer in self.customers:
            customer.kill()
            customer.communicate()
