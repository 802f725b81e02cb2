import re
from datetime import UTC, date, datetime

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# A `+` that a query string's decoding has turned into a space: 2026-11-24T19:30:00 02:00
LOST_PLUS = re.compile(r"(?<=[Tt ])(\S+) (\d{2}(:?\d{2})?)$")


class InstantOrDayField(forms.Field):
    """An instant (ISO 8601; without an offset in the cinema's time zone), or a day as YYYY-MM-DD."""

    def to_python(self, value: str | None) -> datetime | date | None:
        if value in (None, ""):
            return None
        try:
            if DAY.fullmatch(value):
                return date.fromisoformat(value)
            instant = parse_datetime(LOST_PLUS.sub(r"\1+\2", value))
            if instant is None:
                raise ValueError
            return (instant if timezone.is_aware(instant) else timezone.make_aware(instant)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError(
                "Write an instant as 2026-11-24T19:30:00Z, or a day as 2026-11-24.", code="invalid"
            ) from None
