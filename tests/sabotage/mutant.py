from pathlib import Path
from typing import NamedTuple


class Stale(Exception):
    """The source text of a mutant is not there exactly once: the code has moved on, and the mutant has to follow."""


class Mutant(NamedTuple):
    """The real code without one of its guards, and the test that has to notice."""

    guard: str
    file: str
    source: str
    replacement: str
    test: str
    database: str = "postgres"

    def of(self, code: str) -> str:
        """The file's code without the guard. Raises Stale."""
        if (times := code.count(self.source)) != 1:
            raise Stale(f"{self.file} has the text of the mutant without “{self.guard}” {times} times, not once.")
        return code.replace(self.source, self.replacement)

    def take_place_in(self, project: Path) -> None:
        """Raises Stale."""
        file = project / self.file
        file.write_text(self.of(file.read_text()))
