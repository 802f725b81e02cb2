"""`make fuzz`: schemathesis asks a real server for all that schema.yml allows, and for much that it does not."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import yaml

from tests import harness

SETTINGS = {"WEB_CONCURRENCY": "1", "ACCESS_TOKEN_EXPIRE_MINUTES": "10000"}
# Each role, and how it hears that it may not do something.
REFUSED = {"anonymous": 401, "user": 403, "admin": None}
# Not whether all is refused that the schema does not allow: DRF takes 0 for "0", and an empty parameter for none, which
# harms nobody. What must be refused is in tests/corpus/.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "missing_required_header", "unsupported_method", "allow_header_conformance"),
)
SEED = "tests/fuzz/seed.py"
# The audit log keeps these refusals, and that is all that they change.
WRITTEN_DOWN = {(name, 401) for name in ("auth_login", "auth_token", "auth_refresh", "auth_token_refresh")}
# What this asks for is done after its answer, while the next requests are looked at.
WORKS_LATER = "auth_password_reset"
OPERATIONS = {
    operation["operationId"]
    for operations in yaml.safe_load((harness.ROOT / "schema.yml").read_text())["paths"].values()
    for operation in operations.values()
}


def main() -> int:
    arguments = parse()

    def work() -> int:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, harness.database(arguments.db) as settings:
            return fuzz(arguments, Path(folder), settings)

    return harness.command(work, "the server and the database")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="random ones for each role and operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--roles", nargs="+", choices=REFUSED, default=list(REFUSED))
    return parser.parse_args()


def fuzz(arguments: argparse.Namespace, folder: Path, settings: dict[str, str]) -> int:
    """Furnish, ask as each role, look what is wrong: the exit code."""
    database = harness.name_of(settings)
    print(
        f"Fuzz {arguments.seed} on {database}: for each role and operation the corners, and {arguments.examples} more."
    )
    environment = harness.environment(settings, folder, **SETTINGS)
    harness.run(environment, "manage.py", "migrate", "--verbosity=0")
    plans = json.loads(harness.run(environment, "-m", "tests.fuzz.seed"))
    faults = []
    with harness.serve(environment, folder / "server.log") as address:
        for role in arguments.roles:
            faults += ask_as(role, plans[role], address, arguments, folder, environment)
    if not faults:
        print(f"All is well on {database}.")
        return 0
    print(*faults, sep="\n")
    print(f"FAILED on {database}: {len(faults)} faults.")
    return 1


def ask_as(
    role: str, plan: dict, address: tuple[str, int], arguments: argparse.Namespace, folder: Path, environment: dict
) -> list[str]:
    """What is wrong with the answers that this role got."""
    plan_file, notes_file = folder / f"{role}.plan", folder / f"{role}.notes"
    plan_file.write_text(json.dumps(plan))
    run = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "run", "http://{}:{}/api/v1/schema/".format(*address)),
            *("--phases=examples,coverage,fuzzing", f"--checks={','.join(CHECKS)}", "--continue-on-failure"),
            *(f"--max-examples={arguments.examples}", f"--seed={arguments.seed}", "--generation-database=none"),
            *("--workers=1", "--warnings=off", "--no-color"),
        ],
        cwd=folder,
        env={
            **environment,
            "PYTHONPATH": str(harness.ROOT),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
            "FUZZ_PLAN": str(plan_file),
            "FUZZ_NOTES": str(notes_file),
        },
        capture_output=True,
        text=True,
        start_new_session=True,  # Ctrl-C is for us alone
    )
    notes = [json.loads(line) for line in notes_file.read_text().splitlines()]
    answers = defaultdict(Counter)
    for note in notes:
        answers[note["operation"]][note["status"]] += 1
    succeeded = {operation for operation in OPERATIONS if any(200 <= status < 300 for status in answers[operation])}
    print(f"  {role}: {len(notes):,} requests; {len(succeeded)} of {len(OPERATIONS)} operations succeeded.")
    return [
        *([run.stdout + run.stderr] if run.returncode else ()),
        *(
            f"{role}: {operation} never succeeded: {dict(answers[operation])}. Give it what it needs in {SEED}."
            for operation in OPERATIONS - succeeded
            if REFUSED[role] not in answers[operation]
        ),
        *(
            f"{role}: {note['operation']} was answered {note['status']}, and something was changed."
            for last, note in pairwise([{"operation": None}, *notes])
            if note["changed"]
            and note["status"] >= 400
            and (note["operation"], note["status"]) not in WRITTEN_DOWN
            and WORKS_LATER not in (last["operation"], note["operation"])
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
