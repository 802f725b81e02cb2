"""For programs that tests start with other keys or another algorithm than their own."""

from rest_framework_simplejwt.exceptions import TokenError


def takes(kind: type, token: str) -> bool:
    """Whether it is taken for a token of this kind; those that are tried name login 7."""
    try:
        return kind(token)["login_id"] == 7
    except TokenError:
        return False
