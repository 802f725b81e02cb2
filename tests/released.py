"""
What in a schema would break clients that were made from another: removed, renamed, or no longer what they send or read.

Whatever was valid to send has to stay so, and whatever is answered has to be what was told: so requests may only become
wider and answers only narrower. What is new breaks nobody, but for a new choice in an answer: generated clients know
all of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

LOWER = {"minimum": float("-inf"), "minLength": 0, "minItems": 0}
UPPER = {name: float("inf") for name in ("maximum", "maxLength", "maxItems")}


class Document(NamedTuple):
    whole: dict

    def operations(self) -> dict[str, dict]:
        return {
            f"{method.upper()} {path}": operation
            for path, methods in self.whole["paths"].items()
            for method, operation in methods.items()
        }

    def meant_by(self, part: dict) -> dict:
        """With what it refers to, and a choice between something and null as what can be null."""
        if "$ref" in part:
            found = self.whole
            for name in part["$ref"].split("/")[1:]:
                found = found[name]
            return self.meant_by(found)
        if "allOf" in part:
            return self.meant_by(part["allOf"][0]) | {name: each for name, each in part.items() if name != "allOf"}
        if "oneOf" in part:
            return self.meant_by(part["oneOf"][0]) | {"nullable": True}
        return part


class Change(NamedTuple):
    """From one document to the next, of what is sent or of what is answered."""

    old: Document
    new: Document
    is_sent: bool

    def faults(self, old: dict, new: dict, at: str) -> Iterator[str]:
        old, new = self.old.meant_by(old), self.new.meant_by(new)
        wide, narrow = (new, old) if self.is_sent else (old, new)
        if wide.get("type") != narrow.get("type"):
            yield f"{at}: {old.get('type')} has become {new.get('type')}"
            return
        if narrow.get("nullable") and not wide.get("nullable"):
            yield f"{at}: null"
        if "enum" in wide and not set(narrow.get("enum", ["anything"])) <= set(wide["enum"]):
            yield f"{at}: other choices"
        for name in ("format", "pattern"):
            if name in wide and wide[name] != narrow.get(name):
                yield f"{at}: another {name}"
        for name, none in (LOWER | UPPER).items():
            ours, theirs = wide.get(name, none), narrow.get(name, none)
            if ours > theirs if name in LOWER else ours < theirs:
                yield f"{at}: another {name}"
        yield from self.faults_of_members(old, new, at)
        if "items" in old:
            yield from self.faults(old["items"], new["items"], f"{at}[]")

    def faults_of_members(self, old: dict, new: dict, at: str) -> Iterator[str]:
        wide, narrow = (new, old) if self.is_sent else (old, new)
        members = old.get("properties", {}), new.get("properties", {})
        for name in wide.get("required", ()):
            if name not in narrow.get("required", ()) and name in members[1]:
                yield f"{at}.{name}: {'has to be sent' if self.is_sent else 'may be missing'}"
        for name, schema in members[0].items():
            if name in members[1]:
                yield from self.faults(schema, members[1][name], f"{at}.{name}")
            else:
                yield f"{at}.{name}: gone"


def breaks(old: dict, new: dict) -> list[str]:
    """What of `old` its clients can no longer rely on in `new`; empty if they all go on as they are."""
    old, new = Document(old), Document(new)
    found, operations = [], new.operations()
    for name, operation in old.operations().items():
        if name in operations:
            found += breaks_of(Change(old, new, True), Change(old, new, False), name, operation, operations[name])
        else:
            found.append(f"{name}: gone")
    return found


def breaks_of(sent: Change, answered: Change, name: str, old: dict, new: dict) -> Iterator[str]:
    if old["operationId"] != new["operationId"]:
        yield f"{name}: has become {new['operationId']}"
    before, after = parameters(old), parameters(new)
    for each in before:
        if each not in after:
            yield f"{name} {each}: gone"
        else:
            yield from sent.faults(before[each]["schema"], after[each]["schema"], f"{name} {each}")
    for each in after:
        if after[each].get("required") and not before.get(each, {}).get("required"):
            yield f"{name} {each}: has to be sent"
    bodies = old.get("requestBody", {"content": {}}), new.get("requestBody", {"content": {}})
    yield from contents(sent, *bodies, f"{name} request")
    if bodies[1].get("required") and not bodies[0].get("required"):
        yield f"{name} request: has to be sent"
    for status, answer in old["responses"].items():
        if status in new["responses"]:
            answers = answered.old.meant_by(answer), answered.new.meant_by(new["responses"][status])
            yield from contents(answered, *answers, f"{name} {status}")
        elif status < "400":
            yield f"{name} {status}: gone"


def parameters(operation: dict) -> dict[str, dict]:
    return {f"{each['in']} {each['name']}": each for each in operation.get("parameters", ())}


def contents(change: Change, old: dict, new: dict, at: str) -> Iterator[str]:
    for kind, body in old.get("content", {}).items():
        if kind in new.get("content", {}):
            yield from change.faults(body["schema"], new["content"][kind]["schema"], at)
        else:
            yield f"{at}: no longer {kind}"
