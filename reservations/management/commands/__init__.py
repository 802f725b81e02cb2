from argparse import ArgumentParser

from django.core.management.base import CommandError

from users.models import User


def add_user_argument(parser: ArgumentParser) -> None:
    parser.add_argument("user", help="Username or e-mail address.")


def find_user(login: str) -> User:
    """Raises CommandError."""
    try:
        return User.objects.get_by_natural_key(login)
    except User.DoesNotExist:
        raise CommandError(f"There is no user {login}. Give a username or an e-mail address.") from None
