"""What a booking asks the database, each question put into SQL once for the process."""

from datetime import datetime

from django.db.models import Exists, QuerySet

from reservations.models import Reservation, ReservedSeat
from showtimes.models import Seat, Showtime
from users.models import User
from users.prepared import Prepared
from users.querysets import RowCount


@Prepared
def user_row(pk: int) -> QuerySet:
    return User.objects.filter(pk=pk).only("pk")


@Prepared
def seats_named(showtime: int, pks: list[int]) -> QuerySet:
    return Seat.objects.filter(showtime=showtime, pk__in=pks)


@Prepared
def seats_of(showtime: int) -> QuerySet:
    return Seat.objects.filter(showtime=showtime)


@Prepared
def showtime_to_book(pk: int, user: int, now: datetime) -> QuerySet:
    """
    The showtime with its movie's title, how many of its seats the user has (`mine`), and whether there is a hold that
    has run out with seats that nobody has taken over yet (`has_expired_holds`).
    """
    # By the user's reservations, which are few: by the seats of the showtime, PostgreSQL plans it anew at each booking.
    mine = ReservedSeat.objects.active(now).filter(reservation__showtime=pk, reservation__user=user)
    expired = ReservedSeat.objects.expired(now).filter(showtime=pk)
    showtime = Showtime.objects.filter(pk=pk).with_title().order_by()
    return showtime.annotate(mine=RowCount(mine), has_expired_holds=Exists(expired))


@Prepared
def live_holds(user: int, now: datetime) -> QuerySet:
    return Reservation.objects.live_holds(now).filter(user=user).order_by().values_list("pk")
