from datetime import date, datetime

from django_filters import rest_framework as filters

from showtimes.models import Showtime, Status
from users.days import end_of, start_of
from users.filters import AfterFilter, BeforeFilter, FilterSet, IdFilter, InstantOrDayFilter, OrderingFilter


class ShowtimeFilter(FilterSet):
    movie_id = IdFilter()
    hall_number = IdFilter(field_name="hall_id")
    starts_at = InstantOrDayFilter(method="at", label="An instant: exactly that one; a day: all of it")
    starts_at_after = AfterFilter("starts_at")
    starts_at_before = BeforeFilter("starts_at")
    status = filters.ChoiceFilter(choices=Status.choices)
    ordering = OrderingFilter(fields=("starts_at", "price"))

    class Meta:
        model = Showtime
        fields = ()

    def at(self, queryset, name, value: datetime | date):
        if isinstance(value, datetime):
            return queryset.filter(starts_at=value)
        return queryset.filter(starts_at__gte=start_of(value), starts_at__lt=end_of(value))
