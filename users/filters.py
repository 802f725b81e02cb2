"""Filters that refuse a malformed value instead of guessing, for every app; and the users' own."""

import re
from datetime import UTC, date, datetime, timedelta

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from users.days import DAY, end_of, start_of
from users.models import AuditEntry, Role, User

LARGEST_ID = 2**63 - 1
FROM, UNTIL = "From this instant, or the beginning of this day", "Until this instant, or the end of this day"
# A `+` that a query string's decoding has turned into a space: 2026-11-24T19:30:00 02:00
LOST_PLUS = re.compile(r"(?<=[Tt ])(\S+) (\d{2}(:?\d{2})?)$")


class FilterSet(filters.FilterSet):
    """
    Of a request, with those of its filters alone that it names: the others would find nothing to do, and making them
    with their form takes 0.3 to 0.5 ms. Without a request it has all of them.
    """

    def __init__(self, data=None, *args, **kwargs):
        if data is not None:
            self.base_filters = {name: each for name, each in self.base_filters.items() if name in data}
        super().__init__(data, *args, **kwargs)


class BooleanField(forms.Field):
    def to_python(self, value):
        if value in (None, ""):
            return None
        try:
            return {"true": True, "false": False}[value.lower()]
        except KeyError:
            raise forms.ValidationError("Write true or false.", code="invalid") from None


class BooleanFilter(filters.Filter):
    """`true` or `false`; django-filter's own takes `banana` for no filter at all."""

    field_class = BooleanField


class IdField(forms.IntegerField):
    """Digits, where Django's own field also takes `1.0`, `1_0` and the digits of other scripts."""

    def to_python(self, value):
        if value not in self.empty_values and not re.fullmatch(r"-?[0-9]+", value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


@extend_schema_field({"type": "integer", "format": "int64", "minimum": -LARGEST_ID, "maximum": LARGEST_ID})
class IdFilter(filters.Filter):
    """An id, in 64 bits."""

    field_class = IdField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=-LARGEST_ID, max_value=LARGEST_ID, **kwargs)


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


class InstantOrDayFilter(filters.Filter):
    field_class = InstantOrDayField


@extend_schema_field({"type": "string", "description": FROM})
class AfterFilter(InstantOrDayFilter):
    def __init__(self, field_name: str):
        super().__init__(field_name, label=FROM)

    def filter(self, queryset, value: datetime | date | None):
        if value is None:
            return queryset
        return queryset.filter(**{f"{self.field_name}__gte": value if isinstance(value, datetime) else start_of(value)})


@extend_schema_field({"type": "string", "description": UNTIL})
class BeforeFilter(InstantOrDayFilter):
    def __init__(self, field_name: str):
        super().__init__(field_name, label=UNTIL)

    def filter(self, queryset, value: datetime | date | None):
        if value is None:
            return queryset
        if isinstance(value, datetime):
            return queryset.filter(**{f"{self.field_name}__lte": value})
        return queryset.filter(**{f"{self.field_name}__lt": end_of(value)})


class OrderingFilter(filters.OrderingFilter):
    """Rows that tie keep one order, by their key: without it a page could repeat what the one before had."""

    def filter(self, queryset, value):
        ordered = super().filter(queryset, value)
        return ordered.order_by(*ordered.query.order_by, "pk") if value else ordered


class UserFilter(FilterSet):
    search = filters.CharFilter(method="search_name_and_email", label="Part of the username or e-mail address")
    role = filters.ChoiceFilter(choices=Role.choices)
    is_active = BooleanFilter()

    class Meta:
        model = User
        fields = ()

    def search_name_and_email(self, queryset, name, value):
        return queryset.filter(Q(username__icontains=value) | Q(email__icontains=value))


class WrittenAfterFilter(AfterFilter):
    """
    Of audit entries. They are listed by key, and where few are young enough, all that is older would be read too. Keys
    rise with time, but for what the servers' clocks differ, which is less than an hour: so the first key is soon found.
    """

    def filter(self, queryset, value: datetime | date | None):
        since_then = super().filter(AuditEntry.objects.order_by(), value)
        if value is None:
            return queryset
        first_at = since_then.aggregate(Min("at"))["at__min"]
        if first_at is None:
            return queryset.none()
        first = since_then.filter(at__lte=first_at + timedelta(hours=1)).aggregate(Min("pk"))["pk__min"]
        return super().filter(queryset, value).filter(pk__gte=first)


class WrittenBeforeFilter(BeforeFilter):
    """The same for old ones, before which all that is newer would be read."""

    def filter(self, queryset, value: datetime | date | None):
        until_then = super().filter(AuditEntry.objects.order_by(), value)
        if value is None:
            return queryset
        last_at = until_then.aggregate(Max("at"))["at__max"]
        if last_at is None:
            return queryset.none()
        last = until_then.filter(at__gte=last_at - timedelta(hours=1)).aggregate(Max("pk"))["pk__max"]
        return super().filter(queryset, value).filter(pk__lte=last)


class AuditFilter(FilterSet):
    actor = IdFilter(field_name="actor_id", label="The id of the user who did it")
    action = filters.CharFilter(
        validators=[RegexValidator(r"^[a-z]+\.[a-z_]+\Z", "Write an action as reservation.cancelled.")],
        label="As `reservation.cancelled`",
    )
    target = filters.CharFilter(
        validators=[RegexValidator(r"^[a-z]+/[0-9]+\Z", "Write a target as reservation/17.")],
        label="To whom or what, as `reservation/17` or `user/3`",
    )
    after = WrittenAfterFilter("at")
    before = WrittenBeforeFilter("at")

    class Meta:
        model = AuditEntry
        fields = ()
