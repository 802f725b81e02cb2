from django.utils import timezone
from django_filters import rest_framework as filters

from reservations.models import EXPIRED, SHOWN_STATUSES, Reservation, Status
from users.filters import BooleanFilter, FilterSet, IdFilter


class ReservationFilter(FilterSet):
    showtime_id = IdFilter()
    user_id = IdFilter()
    status = filters.ChoiceFilter(choices=[(status, status) for status in SHOWN_STATUSES], method="by_shown_status")
    upcoming = BooleanFilter(method="by_start", label="Whether the showtime is yet to start")

    class Meta:
        model = Reservation
        fields = ()

    def by_shown_status(self, queryset, name, value: str):
        if value == EXPIRED:
            return queryset.expired()
        return queryset.live_holds() if value == Status.HELD else queryset.filter(status=value)

    def by_start(self, queryset, name, value: bool):
        now = timezone.now()
        return queryset.filter(showtime__starts_at__gt=now) if value else queryset.filter(showtime__starts_at__lte=now)
