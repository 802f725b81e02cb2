"""What the server has acknowledged, on disk before anybody relies on it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.wire import Answer


class Told(NamedTuple):
    """A reservation as an answer shows it."""

    id: int
    code: str
    status: str
    active: list[int]
    released: list[int]

    @classmethod
    def of(cls, body: dict) -> "Told":
        by_status = {"active": [], "released": []}
        for seat in body["seats"]:
            by_status[seat["status"]].append(seat["id"])
        return cls(body["id"], body["code"], body["status"], **by_status)


class Entry(NamedTuple):
    """
    One request, and what came of it.

    A change is named by what it changes: a booking by its key, a confirmation or cancellation by its `reservation`.
    Repetitions have the same name.
    """

    op: str
    began: float
    ended: float
    outcome: str
    is_final: bool
    user: int | None = None
    key: str | None = None
    reservation: int | None = None
    seats: list[int] | None = None
    replayed: bool = False
    told: Told | None = None


class Ledger:
    def __init__(self, path: Path):
        self.file = open(path, "a")  # noqa: SIM115 - open for as long as its customer lives

    def write(self, op: str, answer: Answer, **asked) -> None:
        """An acknowledgement is on the disk when this returns; the other answers will be, sometime."""
        told = Told.of(answer.body) if answer.is_ok and op != "look" else None
        entry = Entry(op, answer.began, answer.ended, answer.outcome, answer.is_final, **asked, told=told)
        entry = entry._replace(replayed=answer.replayed)
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()
        if told:
            os.fsync(self.file.fileno())


class Ledgers:
    """All ledgers in a folder, to be read on from where they were left."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.read: dict[Path, int] = {}

    def news(self) -> list[Entry]:
        """What was written since the last time."""
        return [entry for path in sorted(self.folder.glob("*.ledger")) for entry in self.news_of(path)]

    def news_of(self, path: Path) -> Iterator[Entry]:
        with open(path) as file:
            file.seek(self.read.get(path, 0))
            while (line := file.readline()).endswith("\n"):
                self.read[path] = file.tell()
                *fields, told = json.loads(line)
                yield Entry(*fields, told=told and Told(*told))
