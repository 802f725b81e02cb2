"""The API without a single lock, to see what a storm finds then: `gunicorn tests.storm.unguarded`."""

from project.wsgi import application  # noqa: F401
from users.querysets import LockingQuerySet

LockingQuerySet.lock = lambda self: list(self.order_by("pk"))
