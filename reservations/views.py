import re

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.reverse import reverse

from reservations import exceptions, reports
from reservations.cancellations import cancel_showtime
from reservations.filters import ReservationFilter
from reservations.models import Reservation
from reservations.permissions import IsOwner
from reservations.renderers import CSVRenderer
from reservations.serializers import (
    CancelSerializer,
    ReservationSerializer,
    ReserveSerializer,
    SalesQuerySerializer,
    SalesSerializer,
)
from showtimes.exceptions import SeatsUnavailable, ShowtimeCancelled, ShowtimeStarted
from showtimes.models import Showtime
from showtimes.serializers import ShowtimeSerializer, validated
from users.permissions import IsAuthenticated
from users.views.displayed import Displayed

VISIBLE_ASCII = re.compile(r"[!-~]{1,255}")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{VISIBLE_ASCII.pattern}$"},
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters. The same key and body again within 24 hours reserves nothing more: "
    "the first answer comes again, with `Idempotent-Replayed: true`.",
)

CREATED_HEADERS = [
    OpenApiParameter("Location", OpenApiTypes.URI, OpenApiParameter.HEADER, required=True, response=[201]),
    OpenApiParameter("Idempotent-Replayed", str, OpenApiParameter.HEADER, response=[201], enum=["true"]),
]


class ReservationViewSet(Displayed, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Reserve seats, confirm a hold, cancel. You see your own reservations, an admin sees all."""

    queryset = Reservation.objects.all()
    serializer_class = ReservationSerializer
    permission_classes = (IsAuthenticated,)
    filterset_class = ReservationFilter
    pagination_class = import_string(settings.CURSOR_PAGINATION_CLASS)
    whose = "whoever it belongs to, and admins"
    conflicts = {
        "create": (
            ShowtimeCancelled,
            ShowtimeStarted,
            exceptions.SeatLimitExceeded,
            exceptions.HoldLimitExceeded,
            SeatsUnavailable,
            exceptions.NotEnoughSeats,
            exceptions.IdempotencyKeyReused,
        ),
        "confirm": (ShowtimeCancelled, ShowtimeStarted, exceptions.ReservationCancelled, exceptions.HoldExpired),
        "cancel": (ShowtimeCancelled, ShowtimeStarted, exceptions.TooLateToCancel, exceptions.HoldExpired),
    }

    @property
    def throttle_scope(self) -> str | None:
        return "reserve" if self.action == "create" else None

    def get_queryset(self):
        reservations = super().get_queryset()
        return reservations if self.request.user.is_admin else reservations.filter(user=self.request.user.pk)

    @extend_schema(
        request=ReserveSerializer,
        responses={201: ReservationSerializer},
        parameters=[IDEMPOTENCY_KEY, *CREATED_HEADERS],
    )
    def create(self, request):
        """
        Reserve seats

        These very seats, or so many of the best available: all of them or none. With `hold` they are only kept until
        `expires_at`; confirm before.
        """
        serializer = ReserveSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        body, is_replayed = serializer.save(user=request.user, key=idempotency_key_of(request))
        headers = {"Location": reverse("reservation-detail", (body["id"],), request=request)}
        if is_replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(request=None, responses=ReservationSerializer)
    @action(detail=True, methods=["post"], permission_classes=[IsOwner])
    def confirm(self, request, pk=None):
        """
        Confirm a hold

        The held seats are then yours for good. A confirmed reservation stays as it is.
        """
        reservation = self.get_object()
        reservation.confirm(by=request.user)
        return self.answer(reservation)

    @extend_schema(request=CancelSerializer, responses=ReservationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        """
        Cancel all seats, or some

        Others can reserve them at once. With its last seat the reservation is cancelled; and then it stays so.
        """
        reservation = self.get_object()
        reservation.cancel(by=request.user, **validated(CancelSerializer, request.data))
        return self.answer(reservation)

    def answer(self, reservation: Reservation) -> Response:
        return Response(self.get_serializer(Reservation.objects.get_displayed(reservation.pk)).data)


def idempotency_key_of(request) -> str | None:
    """The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header). Raises ValidationError."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not VISIBLE_ASCII.fullmatch(key):
        raise ValidationError({"Idempotency-Key": [ErrorDetail("Use 1 to 255 visible ASCII characters.", "invalid")]})
    return key


class ShowtimeCancelView(GenericAPIView):
    """Up here because it takes the reservations along."""

    queryset = Showtime.objects.all()
    serializer_class = ShowtimeSerializer
    conflicts = {"post": (ShowtimeStarted,)}

    @extend_schema(request=None, responses=ShowtimeSerializer)
    def post(self, request, pk: int):
        """
        Cancel a showtime

        And with it all its active reservations, in one transaction. A cancelled one stays as it is.
        """
        showtime = self.get_object()
        with transaction.atomic():
            cancel_showtime(showtime, by=request.user)
            cancelled = Showtime.objects.get_displayed(showtime.pk)
        return Response(self.get_serializer(cancelled).data)


class SalesView(GenericAPIView):
    queryset = Reservation.objects.all()
    serializer_class = SalesSerializer
    pagination_class = filterset_class = None

    def report(self, request) -> dict:
        return self.get_serializer(reports.sales(**validated(SalesQuerySerializer, request.query_params))).data

    @extend_schema(parameters=[SalesQuerySerializer], responses=SalesSerializer)
    def get(self, request):
        """
        Report sales

        Capacity, reserved seats and revenue of showtimes that were not cancelled, grouped by showtime, movie, hall or
        day. Holds and cancelled seats do not count.
        """
        return Response(self.report(request))


class SalesExportView(SalesView):
    renderer_classes = (CSVRenderer,)
    columns = ("key", "label", "showtimes", "capacity", "reserved", "occupancy", "revenue")

    @extend_schema(parameters=[SalesQuerySerializer], responses={(200, "text/csv"): str})
    def get(self, request):
        """
        Export the sales report

        Its rows, as CSV.
        """
        headers = {"Content-Disposition": 'attachment; filename="sales.csv"'}
        return Response(self.report(request)["rows"], headers=headers)
