import re
from datetime import UTC, date, datetime

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from movies.days import DAY

# A `+` that a query string's decoding has turned into a space: 2026-11-24T19:30:00 02:00
LOST_PLUS = re.compile(r"(?<=[Tt ])(\S+) (\d{2}(:?\d{2})?)$")


class InstantOrDayField(forms.Field):
    """An instant (ISO 8601; without an offset in the cinema's time zone), or a day as YYYY-MM-DD."""

    def to_python(self, value: str | None) -> datetime | date | None:
        if value in (None, ""):
            return None
        try:
            if not DAY.match(value):
                raise ValueError
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


class InstantField(serializers.DateTimeField):
    """An instant, in a body. A day alone is none, though Python reads it as its midnight."""

    def to_internal_value(self, value) -> datetime:
        if isinstance(value, str) and not re.search("[Tt ]", value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        return super().to_internal_value(value)


class DayField(serializers.DateField):
    """A day as YYYY-MM-DD, in a query."""

    def to_internal_value(self, value: str) -> date:
        if not DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)
