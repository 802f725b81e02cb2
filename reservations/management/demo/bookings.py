"""Who reserves what in the demo: a bit of everything that can become of a reservation."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from reservations.cancellations import cancel_showtime
from reservations.management.demo.canvas import dice
from reservations.management.demo.halls import HALLS
from reservations.models import Reservation
from reservations.serializers import ReserveSerializer
from showtimes.layouts import Kind
from showtimes.models import Showtime
from users.exceptions import Conflict
from users.models import User

ORDINARY = 70


def reserve(user: User, showtime: Showtime, quantity: int, **more) -> Reservation:
    """So many of the best seats, as the API gives them. Raises what it raises, where the settings allow less."""
    quantity = min(quantity, settings.MAX_SEATS_PER_RESERVATION)
    serializer = ReserveSerializer(data={"showtime_id": showtime.pk, "quantity": quantity, **more})
    serializer.is_valid(raise_exception=True)
    return Reservation.objects.get(pk=serializer.save(user=user, key=None).body["id"])


def bookings(users: dict[str, User], showtimes: list[Showtime]) -> Iterator[None]:
    """Make them, one at each step, for showtimes that do not start while it goes on."""
    open_ones = [showtime for showtime in showtimes if showtime.starts_at > timezone.now() + timedelta(hours=1)]
    cast = [users.pop(name) for name in ("admin", "alice", "bob")]
    guests = list(users.values())
    for step in (*scenes(*cast, guests, open_ones), *ordinary(guests, open_ones)):
        with suppress(Conflict):  # the limits in the settings may be narrower than these wishes
            step()
        yield


def ordinary(guests: list[User], showtimes: list[Showtime]):
    """Two here, four there; the sooner the showtime, the more."""
    throw = dice(5)
    for _ in range(ORDINARY):
        showtime = showtimes[int(len(showtimes) * throw.random() ** 2)]
        guest, quantity = throw.choice(guests), throw.choice((1, 2, 2, 2, 3, 4, 4, 6))
        hold = throw.random() < 0.1
        yield lambda args=(guest, showtime, quantity), hold=hold: reserve(*args, hold=hold)


def scenes(admin: User, alice: User, bob: User, guests: list[User], showtimes: list[Showtime]):
    grand, parlour, attic = ([one for one in showtimes if one.hall_id == hall.number][5:] for hall in HALLS)

    def nearly_sold_out():
        for guest in guests[:3]:
            reserve(guest, attic[0], 10)
        reserve(guests[3], attic[0], 6)

    def blocked_seats():
        front = [seat.pk for seat in parlour[0].seats.filter(row="A", number__lte=4)]
        parlour[0].block(front, "The ceiling drips here.", by=admin)

    def cancelled_showtime():
        for who, quantity in ((alice, 2), (guests[0], 4), (guests[1], 3)):
            reserve(who, grand[3], quantity)
        cancel_showtime(grand[3], by=admin)

    def some_seats_given_back():
        reservation = reserve(alice, parlour[1], 3)
        reservation.cancel(alice, [reservation.reserved_seats.last().seat_id])

    def cancelled_by_the_box_office():
        reserve(bob, parlour[4], 2).cancel(admin)

    return (
        lambda: reserve(alice, grand[0], 2, kind=Kind.PREMIUM),
        lambda: reserve(alice, attic[2], 2, hold=True),
        some_seats_given_back,
        lambda: reserve(bob, attic[1], 1, kind=Kind.ACCESSIBLE),
        lambda: reserve(bob, grand[1], 4),
        lambda: reserve(bob, grand[2], 2).cancel(bob),
        cancelled_by_the_box_office,
        nearly_sold_out,
        blocked_seats,
        cancelled_showtime,
    )
