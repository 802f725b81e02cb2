"""What is done to the schema as a whole, after its operations: hooks of drf-spectacular."""

from collections.abc import Iterator

from inflection import camelize

from api.schema import refusals

LARGEST_OF_32_BITS = 2**31 - 1


def share_refusals(result: dict, **_) -> dict:
    result["components"]["responses"] = refusals.responses()
    return result


def share_enums(result: dict, **_) -> dict:
    """A parameter's choices are a type of their own, and the component's that has the same: else one an operation."""
    schemas = result["components"]["schemas"]
    names = {frozenset(each["enum"]): name for name, each in schemas.items() if "enum" in each}
    for tag, parameter in parameters_of(result):
        schema = parameter["schema"]
        schema.pop("nullable", None)  # there is no null in a query
        if parameter["name"] == "ordering":  # by one field; for commas between several there is no client
            schema = schema["items"]
            del parameter["explode"], parameter["style"]
        if "enum" in schema:
            name = names.setdefault(frozenset(schema["enum"]), camelize(f"{tag}_{parameter['name']}"))
            schemas.setdefault(name, {"type": "string", "enum": schema["enum"], **names_for(schema["enum"])})
            parameter["schema"] = {"$ref": f"#/components/schemas/{name}"}
    return result


def names_for(choices: list[str]) -> dict[str, list[str]]:
    """What generators are to call them, where their own signs make no name: `-title` is TITLE_DESC."""
    named = [f"{each[1:]}_desc" if each.startswith("-") else each for each in choices]
    return {} if named == choices else {"x-enum-varnames": [name.upper() for name in named]}


def parameters_of(result: dict) -> Iterator[tuple[str, dict]]:
    """Each with the tag of its operation."""
    for methods in result["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                yield operation["tags"][0], parameter


def references_that_can_be_null(result: dict, **_) -> dict:
    """
    As a choice between both.

    `nullable` says nothing without a `type` (OpenAPI 3.0.3, 4.7.24.1), and openapi-typescript then refuses it; with
    one, openapi-python-client overlooks it beside a reference, and its clients fail at every null.
    """
    for schema in schemas_in(result):
        if schema.get("nullable") and "allOf" in schema:
            del schema["nullable"]
            schema["oneOf"] = [*schema.pop("allOf"), {"enum": [None]}]
    return result


def integers_of_64_bits(result: dict, **_) -> dict:
    """Ids are, and a client in Java or Rust would else take every integer for one of 32."""
    for schema in schemas_in(result):
        if schema.get("type") == "integer" and schema.get("maximum", LARGEST_OF_32_BITS + 1) > LARGEST_OF_32_BITS:
            schema["format"] = "int64"
    return result


def schemas_in(part: object) -> Iterator[dict]:
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from schemas_in(each)
