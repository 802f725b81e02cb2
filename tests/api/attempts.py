"""Attempts to log in, as a throttle counts them."""

from rest_framework.test import APIClient

LOGIN = "/api/v1/auth/login/"


def try_login(account: str = "alice", address: str = "192.0.2.1", **headers) -> int:
    """The status of a login without a password: it counts, and needs no hash. 400 passed, 429 did not."""
    return APIClient(REMOTE_ADDR=address, **headers).post(LOGIN, {"login": account}).status_code
