from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.template.response import TemplateResponse
from rest_framework.exceptions import APIException

from reservations.cancellations import cancel_showtime
from reservations.models import EXPIRED, SHOWN_STATUSES, IdempotencyKey, Reservation, ReservedSeat, Status
from showtimes import admin as showtimes
from showtimes.models import Showtime
from users.admin import ViewOnly, reason_of


class ShownStatusFilter(admin.SimpleListFilter):
    """By the status as everybody sees it."""

    title = parameter_name = "status"

    def lookups(self, request, model_admin):
        return [(status, status) for status in SHOWN_STATUSES]

    def queryset(self, request, reservations):
        match self.value():
            case None:
                return reservations
            case str(value) if value == EXPIRED:
                return reservations.expired()
            case Status.HELD:
                return reservations.live_holds()
            case value:
                return reservations.filter(status=value)


class ReservedSeatInline(admin.TabularInline):
    model = ReservedSeat
    fields = ("seat", "price", "status", "released_at")
    readonly_fields = fields
    can_delete, extra, max_num = False, 0, 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("seat", "reservation")


@admin.register(Reservation)
class ReservationAdmin(ViewOnly):
    """To look at. Made, confirmed and cancelled they are over the API, which holds all the locks for it."""

    fields = (
        *("code", "user", "showtime", "shown_status", "total", "currency", "created_at", "expires_at"),
        *("cancelled_at", "cancelled_because"),
    )
    list_display = ("code", "user", "showtime", "seats", "total", "shown_status", "created_at")
    list_filter = (ShownStatusFilter, "cancelled_because")
    search_fields = ("code", "user__username", "user__email", "showtime__movie__title")
    date_hierarchy = "created_at"
    inlines = (ReservedSeatInline,)

    def get_queryset(self, request):
        return super().get_queryset(request).for_display()

    def seats(self, reservation: Reservation) -> str:
        return ", ".join(str(seat) for seat in reservation.reserved_seats.all() if seat.is_active)

    @admin.display(description="status")
    def shown_status(self, reservation: Reservation) -> str:
        return reservation.shown_status


@admin.register(ReservedSeat)
class ReservedSeatAdmin(ViewOnly):
    list_display = ("seat", "showtime", "reservation", "price", "status", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter), "seat__kind")
    list_select_related = ("seat", "showtime__movie", "reservation")
    search_fields = ("reservation__code", "reservation__user__username", "showtime__movie__title")
    date_hierarchy = "showtime__starts_at"


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ViewOnly):
    list_display = ("key", "user", "reservation", "created_at")
    list_select_related = ("user", "reservation")
    search_fields = ("key", "user__username", "reservation__code")
    date_hierarchy = "created_at"


admin.site.unregister(Showtime)


@admin.register(Showtime)
class ShowtimeAdmin(showtimes.ShowtimeAdmin):
    """With what showtimes have to do with reservations; up here because it takes them along."""

    list_display = (*showtimes.ShowtimeAdmin.list_display, "reservations")
    actions = ("cancel",)

    def get_readonly_fields(self, request, showtime: Showtime | None = None):
        return (*super().get_readonly_fields(request, showtime), *(["reservations"] if showtime else []))

    def reservations(self, showtime: Showtime) -> str:
        return showtimes.link_to("reservations_reservation", "reservations", showtime=showtime)

    @admin.action(description="Cancel selected showtimes and their reservations", permissions=["change"])
    def cancel(self, request, selected: QuerySet[Showtime]) -> TemplateResponse | None:
        """Each in a transaction of its own, after a question: there is no way back."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Cancel showtimes",
                "opts": self.opts,
                "showtimes": [(showtime, showtime.reservations.active().count()) for showtime in selected],
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/cancel_showtimes.html", context)
        for showtime in selected:
            try:
                cancel_showtime(showtime, by=request.user)
            except APIException as refusal:
                self.message_user(request, f"{showtime}: {reason_of(refusal)}", messages.ERROR)
            else:
                self.log_change(request, showtime, "Cancelled.")
                self.message_user(request, f"{showtime}: cancelled.", messages.SUCCESS)
        return None
