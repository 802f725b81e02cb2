import re
from datetime import date, datetime

from rest_framework import serializers

from users.days import DAY


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
