"""Locks that are taken in another way, or not at all."""

from collections.abc import Callable

import pytest

from users.prepared import Prepared
from users.querysets import LockingQuerySet


def lock_by(monkeypatch: pytest.MonkeyPatch, lock: Callable) -> None:
    """Whoever locks rows does so by this function, which is given the queryset; also where it was prepared."""
    monkeypatch.setattr(LockingQuerySet, "lock", lock)
    monkeypatch.setattr(Prepared, "lock", lambda prepared, **values: lock(prepared.build(**values)))
