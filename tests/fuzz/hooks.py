"""
What schemathesis is told beyond the schema: who sends a request, and what there is, so that it gets further than 404.

Schemathesis loads this by itself (SCHEMATHESIS_HOOKS). The plan that it follows is what `tests/fuzz/seed.py` wrote for
one role; what was asked and answered is noted down for `tests/fuzz/__main__.py`.
"""

import json
import os
from collections import Counter
from itertools import cycle
from pathlib import Path

import schemathesis

from tests.fuzz.watch import Watch

PLAN = json.loads(Path(os.environ["FUZZ_PLAN"]).read_text())
NOTES = Path(os.environ["FUZZ_NOTES"]).open("w", buffering=1)  # noqa: SIM115 - until the process ends
# A login that these end is a spare one, or everybody after them would be nobody.
ENDS_THE_LOGIN = ("auth_logout", "auth_logout_all", "auth_password_change")
CSRF = "c" * 32

spare_tokens, refresh_tokens = cycle(PLAN["spare_tokens"]), cycle(PLAN["refresh_tokens"])
ids = {name: cycle(values) for name, values in PLAN["ids"].items()}
bodies = {name: cycle(values) for name, values in PLAN["bodies"].items()}
calls = Counter()
watch = Watch(os.environ)


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    operation = name_of(case)
    if PLAN["token"]:
        token = next(spare_tokens) if operation in ENDS_THE_LOGIN else PLAN["token"]
        case.headers["Authorization"] = f"Bearer {token}"
    if is_valid(case):
        calls[operation] += 1
        if calls[operation] % 4:
            name_what_there_is(case, operation)
        if calls[operation] % 4 == 1:
            ask_for_what_can_be_had(case, operation)
    spare_oneself(case, operation)
    watch.look()


@schemathesis.hook
def after_call(context, case, response) -> None:
    is_what_it_says = case.method == case.operation.method.upper()  # else a method was tried that there is not
    note = {
        "operation": name_of(case) if is_what_it_says else f"{case.method} {case.operation.path}",
        "status": response.status_code,
        "changed": watch.look(),
    }
    NOTES.write(json.dumps(note) + "\n")


def name_of(case) -> str:
    return case.operation.definition.raw["operationId"]


def is_valid(case) -> bool:
    """As far as the schema can tell. What is meant to be wrong stays so."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def name_what_there_is(case, operation: str) -> None:
    things = next((things for name, things in ids.items() if operation.startswith(name)), None)
    for name in case.path_parameters or ():
        case.path_parameters[name] = next(things)


def ask_for_what_can_be_had(case, operation: str) -> None:
    if operation in bodies:
        case.body = next(bodies[operation])
    case.query.clear()
    if operation.startswith("showtimes_seats_"):  # block, unblock
        case.body = {"seat_ids": PLAN["seats"][str(case.path_parameters["id"])]}
    elif operation == "auth_token_refresh":
        case.body = {"refresh": next(refresh_tokens)}
    elif operation == "auth_refresh":
        cookies = f"refresh_token={next(refresh_tokens)}; csrftoken={CSRF}"
        case.headers.update({"Cookie": cookies, "X-CSRFToken": CSRF})


def spare_oneself(case, operation: str) -> None:
    """Who demotes himself, or ends the login that he came with, sees nothing more."""
    own = {"users_partial_update": PLAN["user"], "users_me_logins_destroy": PLAN["login"]}.get(operation)
    if own and str(case.path_parameters.get("id")) == str(own):
        case.path_parameters["id"] = 0
