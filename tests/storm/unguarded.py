"""The API without a single lock, to see what a storm finds then: `gunicorn tests.storm.unguarded`."""

from project.wsgi import application  # noqa: F401
from users.querysets import LockingQuerySet

LockingQuerySet.locking = lambda self: self.order_by("pk")
