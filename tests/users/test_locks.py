"""LockingQuerySet.lock, by which everything is locked."""

import pytest
from django.db import connection, transaction

from tests.cast import make_user
from tests.duels import all_behind
from users.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks"),
]


def test_whatever_the_order_of_the_queryset_rows_are_locked_by_primary_key():
    """Else each of the two, while the middle one is not to be had, would lock the row that the other needs then."""
    first, middle, last = [make_user(name) for name in ("first", "middle", "last")]

    def lock_all(order: str) -> list[User]:
        with transaction.atomic():
            return User.objects.order_by(order).lock()

    assert all_behind(middle, lambda: lock_all("pk"), lambda: lock_all("-pk")) == [[first, middle, last]] * 2
