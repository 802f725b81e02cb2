from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse


class Problem(Exception):
    """A refusal, as RFC 9457 has it."""

    def __init__(self, status: int, code: str, detail: str = "", **members):
        title = HTTPStatus(status).phrase
        self.body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **members}


async def refusal(request: Request, problem: Problem) -> JSONResponse:
    return JSONResponse(problem.body, problem.body["status"], media_type="application/problem+json")
