from django.utils import timezone
from django_filters import rest_framework as filters

from reservations.models import EXPIRED, SHOWN_STATUSES, Reservation, Status
from users.filters import LARGEST_ID, BooleanFilter, FilterSet, IdFilter


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
        if value == Status.HELD:
            # Looked up by themselves: the limit keeps PostgreSQL from doing it on its way through all reservations by
            # key, as it would with a prepared statement. It does not know then that those alive are few.
            return queryset.filter(pk__in=Reservation.objects.live_holds().order_by().values("pk")[:LARGEST_ID])
        return queryset.filter(status=value)

    def by_start(self, queryset, name, value: bool):
        now = timezone.now()
        return queryset.filter(showtime__starts_at__gt=now) if value else queryset.filter(showtime__starts_at__lte=now)
