import re
from datetime import date, datetime

from rest_framework import serializers

from users.days import DAY
from users.filters import LARGEST_ID


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


class IdField(serializers.IntegerField):
    """An id, in a query: digits, where DRF's own field also takes `1.0`, `1_0` and the digits of other scripts."""

    def __init__(self, **kwargs):
        super().__init__(min_value=-LARGEST_ID, max_value=LARGEST_ID, **kwargs)

    def to_internal_value(self, data: str) -> int:
        if not re.fullmatch(r"-?[0-9]+", data):
            self.fail("invalid")
        return super().to_internal_value(data)
