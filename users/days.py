"""A day, as the cinema counts it: from midnight to midnight in its `TIME_ZONE`."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

# As a day is written. Python's own parsers also take 20261124 and 2026-W48-2, Django's 2026-11-2.
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST, LAST = date(1900, 1, 2), date(9000, 1, 1)


def today() -> date:
    return timezone.localdate()


def start_of(day: date) -> datetime:
    """
    The instant at which `day` begins. Summer time makes some days 23 or 25 hours long.

    A day that no database can hold as an instant counts as the nearest that it can: no showtime is on either.
    """
    return timezone.make_aware(datetime.combine(min(max(day, FIRST), LAST), time.min))


def end_of(day: date) -> datetime:
    """The instant at which the day after `day` begins."""
    return start_of(min(day, LAST) + timedelta(days=1))
