from datetime import date, datetime

from django_filters import rest_framework as filters

from movies.days import end_of, start_of
from showtimes.fields import InstantOrDayField
from showtimes.models import Showtime, Status
from users.filters import IdFilter, OrderingFilter


class InstantOrDayFilter(filters.Filter):
    field_class = InstantOrDayField


class ShowtimeFilter(filters.FilterSet):
    movie_id = IdFilter()
    hall_number = IdFilter(field_name="hall_id")
    starts_at = InstantOrDayFilter(method="at", label="An instant: exactly that one; a day: all of it")
    starts_at_after = InstantOrDayFilter(method="after", label="From this instant, or the beginning of this day")
    starts_at_before = InstantOrDayFilter(method="before", label="Until this instant, or the end of this day")
    status = filters.ChoiceFilter(choices=Status)
    ordering = OrderingFilter(fields=("starts_at", "price"))

    class Meta:
        model = Showtime
        fields = ()

    def at(self, queryset, name, value: datetime | date):
        if isinstance(value, datetime):
            return queryset.filter(starts_at=value)
        return self.before(self.after(queryset, name, value), name, value)

    def after(self, queryset, name, value: datetime | date):
        return queryset.filter(starts_at__gte=value if isinstance(value, datetime) else start_of(value))

    def before(self, queryset, name, value: datetime | date):
        if isinstance(value, datetime):
            return queryset.filter(starts_at__lte=value)
        return queryset.filter(starts_at__lt=end_of(value))
