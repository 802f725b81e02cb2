"""Which request is being answered, for whatever writes down who did what. Empty outside of requests."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
