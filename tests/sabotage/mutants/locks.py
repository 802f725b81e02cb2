"""What is locked."""

from tests.sabotage.mutant import Mutant

QUERYSETS, USERS = "users/querysets.py", "users/models/user.py"
BOOKING = "reservations/serializers.py"
RESERVATION = "reservations/models/reservation.py"
CANCELLATIONS = "reservations/cancellations.py"
SHOWTIME = "showtimes/models/showtime.py"
GUARDS, DUELS = "tests/reservations/test_guards.py", "tests/reservations/test_duels.py"
OVERLAPS, EDITS = "tests/showtimes/test_overlap_races.py", "tests/showtimes/test_showtimes_edit.py"

MUTANTS = (
    Mutant(
        "a lock locks",
        QUERYSETS,
        'self.order_by("pk").select_for_update(no_key=True, of=("self",))',
        'self.order_by("pk")',
        f"{GUARDS}::TestOneSeat::test_with_the_lock_alone_one_does",
    ),
    Mutant(
        "a lock leaves foreign key checks alone",
        QUERYSETS,
        'select_for_update(no_key=True, of=("self",))',
        'select_for_update(of=("self",))',
        f"{GUARDS}::TestSeatsOfTheShowtime"
        "::test_with_them_locked_the_cancellation_waits_and_takes_the_reservation_along",
    ),
    Mutant(
        "a booking locks its user",
        BOOKING,
        "lookups.user_row.lock(pk=user.pk)",
        "lookups.user_row(pk=user.pk)",
        f"{GUARDS}::TestUserLock::test_with_it_the_seats_are_limited",
    ),
    Mutant(
        "a booking locks its seats",
        BOOKING,
        "return lookups.seats_named.lock(",
        "return lookups.seats_named(",
        f"{GUARDS}::TestOneSeat::test_with_the_lock_alone_one_does",
    ),
    Mutant(
        "a booking of the best available locks all seats of the showtime",
        BOOKING,
        "return lookups.seats_of.lock(",
        "return lookups.seats_of(",
        f"{DUELS}::TestBestAvailable::test_who_comes_second_gets_the_next_best",
    ),
    Mutant(
        "who confirms or cancels locks all seats of the reservation",
        RESERVATION,
        "seats_to_lock.lock(reservation=self.pk)",
        "seats_to_lock(reservation=self.pk)",
        f"{DUELS}::TestConfirming::test_a_hold_that_runs_out_while_it_is_confirmed_is_not_taken_over",
    ),
    Mutant(
        "a cancellation of some seats locks all of the reservation",
        RESERVATION,
        "self.lock()\n            seats = list(self.reserved_seats.all())",
        "Seat.objects.filter(pk__in=seat_ids).lock()\n            self.read_again()\n"
        "            seats = list(self.reserved_seats.all())",
        f"{GUARDS}::TestSeatsOfTheReservation::test_with_them_locked_it_is_cancelled",
    ),
    Mutant(
        "a showtime's cancellation locks all its seats",
        CANCELLATIONS,
        "showtime.seats.lock()",
        "pass",
        f"{GUARDS}::TestSeatsOfTheShowtime"
        "::test_with_them_locked_the_cancellation_waits_and_takes_the_reservation_along",
    ),
    Mutant(
        "a showtime's cancellation locks the showtime",
        CANCELLATIONS,
        "showtimes.Showtime.objects.lock_again(showtime)",
        "showtime.refresh_from_db()",
        f"{EDITS}::test_a_change_while_it_is_cancelled_comes_too_late",
    ),
    Mutant(
        "a showtime's change locks all its seats",
        SHOWTIME,
        "self.seats.lock()\n            self.refuse_if_closed()",
        "self.refuse_if_closed()",
        f"{DUELS}::TestShowtime::test_it_is_not_given_another_movie",
    ),
    Mutant(
        "a showtime's change locks the showtime",
        SHOWTIME,
        "Showtime.objects.lock_again(self)\n            before",
        "self.refresh_from_db()\n            before",
        f"{EDITS}::test_of_two_who_change_it_at_once_neither_undoes_the_other",
    ),
    Mutant(
        "a showtime's deletion locks all its seats",
        SHOWTIME,
        "self.seats.lock()\n            if self.reservations.exists()",
        "if self.reservations.exists()",
        f"{DUELS}::TestShowtime::test_it_is_not_deleted",
    ),
    Mutant(
        "a new showtime locks its hall",
        SHOWTIME,
        "            hall.lock_for_showtime()\n",
        "",
        f"{OVERLAPS}::test_the_lock_alone_is_enough",
    ),
    Mutant(
        "a moved showtime locks its hall",
        SHOWTIME,
        'fields.get("hall", self.hall).lock_for_showtime()',
        "pass",
        f"{OVERLAPS}::test_the_lock_alone_is_enough_for_two_that_move",
    ),
    Mutant(
        "a block locks its seats",
        SHOWTIME,
        "seats = self.seats.filter(pk__in=seat_ids).lock()",
        "seats = self.seats.filter(pk__in=seat_ids)",
        "tests/showtimes/test_blocking.py::test_of_a_block_and_a_booking_of_the_same_seats_one_wins",
    ),
    Mutant(
        "a login locks its user",
        USERS,
        "User.objects.filter(pk=self.pk, password=self.password, is_active=True).lock()",
        "User.objects.filter(pk=self.pk, password=self.password, is_active=True).exists()",
        "tests/users/test_login.py::test_nor_one_that_is_made_while_the_password_is_changed",
    ),
    Mutant(
        "who changes a user locks all admins",
        USERS,
        "admins = admins.lock()",
        "admins = list(admins)",
        "tests/users/test_users.py::TestTwoAdminsAtOnce::test_one_of_them_stays",
    ),
)
