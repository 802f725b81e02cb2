"""
What a client writes down about a request, as JSON:

`op`, `user`, `showtime`, `start`, `end` (nanoseconds of the monotonic clock), `status` (None for a lost answer), what
it asked (`seats`, `quantity`, `hold`, `key`, `reservation`, `replaces`, `prices`), and what the `answer` tells:

    a reservation  {"reservation": 7, "owner": 1, "status": "held", "until": 1200, "replayed": false,
                    "active": [1], "released": [2], "prices": [["standard", "10.00"]]}
    a refusal      {"code": "seats_unavailable", "seats": [[1, "held"]], "missing": [2]}
"""


def is_ok(record: dict) -> bool:
    return record["status"] is not None and record["status"] < 300


def is_lost(record: dict) -> bool:
    """Whether nobody knows what became of it: no answer came, or one of a server in trouble."""
    return record["status"] is None or record["status"] >= 500


def is_first_answer(record: dict) -> bool:
    """Whether it is the answer of a booking that wrote the reservation, and no repetition of it."""
    return record["op"] == "book" and is_ok(record) and not record["answer"]["replayed"]


def names_a_reservation(record: dict) -> bool:
    return "reservation" in record["answer"]
