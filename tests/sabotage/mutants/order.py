"""In which order it is locked."""

from tests.sabotage.mutant import Mutant

DUELS = "tests/reservations/test_duels.py"

MUTANTS = (
    Mutant(
        "rows are locked by primary key",
        "users/querysets.py",
        'self.order_by("pk").select_for_update',
        "self.select_for_update",
        "tests/users/test_locks.py::test_whatever_the_order_of_the_queryset_rows_are_locked_by_primary_key",
    ),
    Mutant(
        "a booking does not lock in the order in which it asks",
        "reservations/serializers.py",
        "return lookups.seats_named.lock(showtime=showtime, pks=seat_ids)",
        "return [seat for pk in seat_ids for seat in lookups.seats_named.lock(showtime=showtime, pks=[pk])]",
        f"{DUELS}::TestOrder::test_of_two_bookings_that_ask_in_opposite_orders",
    ),
    Mutant(
        "a cancellation locks in the same order as a booking",
        "reservations/models/reservation.py",
        "seats_to_lock.lock(reservation=self.pk)",
        'list(Seat.objects.filter(reserved_seats__reservation=self).order_by("-pk")'
        '.select_for_update(no_key=True, of=("self",)))',
        f"{DUELS}::TestOrder::test_of_a_cancellation_and_a_booking",
    ),
)
