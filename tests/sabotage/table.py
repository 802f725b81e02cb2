"""The table of docs/sabotage.md."""

from collections.abc import Iterable

from tests.sabotage.mutant import Mutant


def of(mutants: Iterable[Mutant]) -> str:
    rows = [f"| {mutant.guard} | `{mutant.file}` | {caught_by(mutant)} |" for mutant in mutants]
    return "\n".join(["| guard | taken out of | the test that notices |", "|---|---|---|", *rows])


def caught_by(mutant: Mutant) -> str:
    file, *names = mutant.test.split("::")
    return f"`{'::'.join(names)}` in `{file.removeprefix('tests/')}`"
