from collections import defaultdict
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from movies.models import Movie
from showtimes import exceptions
from showtimes.filters import ShowtimeFilter
from showtimes.models import Hall, Showtime
from showtimes.renderers import SVGRenderer, seats_as_json
from showtimes.seat_map import SeatMap
from showtimes.serializers import (
    AvailableSerializer,
    BlockSerializer,
    DaySerializer,
    HallSerializer,
    ScheduleSerializer,
    SeatSerializer,
    ShowtimeSerializer,
    UnblockSerializer,
    validated,
)
from users.days import end_of, start_of, today
from users.permissions import AllowAny, IsAdminOrReadOnly
from users.views.audit import AuditedWrites
from users.views.displayed import Displayed

NO_PUT = ("get", "post", "patch", "delete", "head", "options")

ETAGS = [
    OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of the map that you have."),
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, required=True, response=[200, 304]),
]
UNCHANGED = {304: OpenApiResponse(description="The map is as you have it.")}


class HallViewSet(AuditedWrites, viewsets.ModelViewSet):
    """The cinema's halls. A new layout or turnaround holds for showtimes made after it."""

    queryset = Hall.objects.all()
    serializer_class = HallSerializer
    permission_classes = (IsAdminOrReadOnly,)
    lookup_field = "number"
    http_method_names = NO_PUT
    conflicts = {"destroy": (exceptions.HallInUse,)}

    def perform_destroy(self, hall: Hall) -> None:
        try:
            super().perform_destroy(hall)
        except (ProtectedError, IntegrityError):
            raise exceptions.HallInUse from None


class ShowtimeViewSet(Displayed, AuditedWrites, viewsets.ModelViewSet):
    """What is shown when and where, and the seats of it."""

    queryset = Showtime.objects.select_related("movie")
    serializer_class = ShowtimeSerializer
    permission_classes = (IsAdminOrReadOnly,)
    filterset_class = ShowtimeFilter
    http_method_names = NO_PUT
    conflicts = {
        "create": (exceptions.HallOccupied,),
        "partial_update": (
            exceptions.ShowtimeCancelled,
            exceptions.ShowtimeStarted,
            exceptions.ShowtimeHasReservations,
            exceptions.HallOccupied,
        ),
        "destroy": (exceptions.ShowtimeHasReservations,),
        "seats_block": (exceptions.SeatsUnavailable,),
    }

    @extend_schema(parameters=[AvailableSerializer, *ETAGS], responses={200: SeatSerializer(many=True), **UNCHANGED})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def seats(self, request, pk=None):
        """
        See the seats

        The whole map in layout order, as one bare array. Send the `ETag` back as `If-None-Match`, and a 304 tells that
        nothing has changed.
        """
        asked = validated(AvailableSerializer, request.query_params)
        seat_map = SeatMap(Showtime.objects.get_for_map(pk), only_available=asked["available"])
        if request.accepted_renderer.format == "json":
            return unless_unchanged(request, seat_map, lambda: seats_as_json(seat_map))
        return Response(SeatSerializer(seat_map.seats(), many=True).data)

    @extend_schema(parameters=ETAGS, responses={(200, "image/svg+xml"): str, **UNCHANGED})
    @action(
        detail=True, url_path="seats/map", renderer_classes=(SVGRenderer,), pagination_class=None, filterset_class=None
    )
    def seats_map(self, request, pk=None):
        """
        See the seats as a picture

        The same as `seats/`, drawn as SVG, with an `ETag` and 304 like it.
        """
        seat_map = SeatMap(Showtime.objects.get_for_map(pk))
        response = unless_unchanged(
            request, seat_map, lambda: {"showtime": seat_map.showtime, "seats": seat_map.seats()}
        )
        response["Content-Security-Policy"] = SVGRenderer.content_security_policy
        response["Cross-Origin-Resource-Policy"] = "cross-origin"  # it may be shown on any page, as posters may
        return response

    @extend_schema(request=BlockSerializer, responses=SeatSerializer(many=True))
    @action(detail=True, methods=["post"], url_path="seats/block", pagination_class=None, filterset_class=None)
    def seats_block(self, request, pk=None):
        """
        Take seats out of sale

        All of them or none: a held or reserved seat is refused. One that is blocked already stays so.
        """
        showtime, asked = self.get_object(), validated(BlockSerializer, request.data)
        with transaction.atomic():
            showtime.block(asked["seat_ids"], asked["reason"], by=request.user)
            return seats_of(showtime, asked["seat_ids"])

    @extend_schema(request=UnblockSerializer, responses=SeatSerializer(many=True))
    @action(detail=True, methods=["post"], url_path="seats/unblock", pagination_class=None, filterset_class=None)
    def seats_unblock(self, request, pk=None):
        """
        Put seats back on sale

        One that is not blocked stays as it is.
        """
        showtime, asked = self.get_object(), validated(UnblockSerializer, request.data)
        with transaction.atomic():
            showtime.unblock(asked["seat_ids"], by=request.user)
            return seats_of(showtime, asked["seat_ids"])


class OnDay(NamedTuple):
    """A movie's showtimes of one day."""

    movie: Movie
    showtimes: list[Showtime]


class ScheduleView(GenericAPIView):
    queryset = Movie.objects.all()
    permission_classes = (AllowAny,)
    pagination_class = filterset_class = None

    @extend_schema(parameters=[DaySerializer], responses=ScheduleSerializer(many=True))
    def get(self, request):
        """
        See what is on, on one day

        The movies of that day by title, each with its showtimes by time; cancelled ones are left out.
        """
        day = validated(DaySerializer, request.query_params).get("date") or today()
        of_movie = defaultdict(list)
        for showtime in Showtime.objects.on_between(start_of(day), end_of(day)):
            of_movie[showtime.movie_id].append(showtime)
        on = [OnDay(movie, of_movie[movie.pk]) for movie in Movie.objects.read_for_display(list(of_movie))]
        return Response(ScheduleSerializer(on, many=True, context=self.get_serializer_context()).data)


def seats_of(showtime: Showtime, seat_ids: list[int]) -> Response:
    asked = set(seat_ids)
    seats = [seat for seat in SeatMap(showtime).seats() if seat.pk in asked]
    return Response(SeatSerializer(seats, many=True).data)


def unless_unchanged(request, seat_map: SeatMap, make_body) -> Response:
    """
    The seat map, or 304 when the client has it as it is (RFC 9110, 13.1.2).

    Anybody may keep it, but must ask each time.
    """
    etag = seat_map.etag(request.accepted_renderer.media_type)
    headers = {"Cache-Control": "no-cache", "ETag": etag}
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in known or "*" in known:
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(make_body(), headers=headers)
