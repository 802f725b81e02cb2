from http import HTTPStatus

import orjson
from fastapi import Request, Response


def answer(content: object, status: int = 200, media_type: str = "application/json", **headers: str) -> Response:
    """As JSON; instants in UTC, and decimals as strings."""
    body = orjson.dumps(content, str, orjson.OPT_UTC_Z)
    return Response(body, status, headers, media_type)


class Problem(Exception):
    """A refusal, as RFC 9457 has it."""

    def __init__(self, status: int, code: str, detail: str = "", **members):
        title = HTTPStatus(status).phrase
        self.body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **members}


async def refusal(request: Request, problem: Problem) -> Response:
    return answer(problem.body, problem.body["status"], "application/problem+json")
