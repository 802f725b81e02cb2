"""What is asked before anything is written. Most of it can be seen without anybody else about, on SQLite as well."""

from tests.sabotage.mutant import Mutant

BOOKING, RESERVATION = "reservations/serializers.py", "reservations/models/reservation.py"
SHOWTIME, LOGIN = "showtimes/models/showtime.py", "users/models/login.py"
HOLDS, REFRESH = "tests/reservations/test_holds.py", "tests/users/test_refresh.py"
CANCELLED_WITH_ITS_LAST_SEAT = """\
                self.save(update_fields=["status", "cancelled_at", "cancelled_because"])
                self.record("cancelled", by=by, because=self.cancelled_because, seat_ids=given_back)
            elif chosen:
                self.record("seats_cancelled", by=by, seat_ids=given_back)
"""
CANCELLED_AFTERWARDS = """\
        self.save(update_fields=["status", "cancelled_at", "cancelled_because"])
        self.record("cancelled", by=by, because=self.cancelled_because, seat_ids=given_back)
"""

MUTANTS = (
    Mutant(
        "a hold keeps nobody away at the very moment in which it runs out",
        RESERVATION,
        "Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())",
        "Q(expires_at=None) | Q(expires_at__gte=now or timezone.now())",
        f"{HOLDS}::TestFromThenOn::test_its_seats_are_available",
        "sqlite",
    ),
    Mutant(
        "a hold can be taken over from that very moment on",
        RESERVATION,
        "self.filter(expires_at__lte=now or timezone.now(), released_at=None)",
        "self.filter(expires_at__lt=now or timezone.now(), released_at=None)",
        f"{HOLDS}::TestFromThenOn::test_its_seats_are_anybodys",
        "sqlite",
    ),
    Mutant(
        "a hold cannot be confirmed from that very moment on",
        RESERVATION,
        "self.status == Status.HELD and self.expires_at <= timezone.now()",
        "self.status == Status.HELD and self.expires_at < timezone.now()",
        f"{HOLDS}::TestFromThenOn::test_it_is_neither_confirmed_nor_cancelled",
        "sqlite",
    ),
    Mutant(
        "a hold counts for the limit until that very moment only",
        RESERVATION,
        "self.filter(status=Status.HELD, expires_at__gt=now or timezone.now())",
        "self.filter(status=Status.HELD, expires_at__gte=now or timezone.now())",
        "tests/reservations/test_limits.py::TestHoldsPerUser::test_expired_ones_do_not_count",
        "sqlite",
    ),
    Mutant(
        "a booking takes over expired holds only",
        RESERVATION,
        "ReservedSeat.objects.filter(seat__in=seats).expired(now).update(released_at=now)",
        "ReservedSeat.objects.filter(seat__in=seats).update(released_at=now)",
        f"{HOLDS}::TestTakingOver::test_a_seat_that_somebody_has_is_not_taken_from_them",
        "sqlite",
    ),
    Mutant(
        "a hold of which another server gave a seat away has expired",
        RESERVATION,
        "self.has_expired or seats_given_away(reservation=self.pk, expired_at=self.expires_at)",
        "self.has_expired",
        f"{HOLDS}::TestAnotherServersClock::test_the_hold_has_expired_here_too",
        "sqlite",
    ),
    Mutant(
        "a booking is all of it or nothing",
        BOOKING,
        "with transaction.atomic(durable=True):",
        "if True:",
        "tests/reservations/test_guards.py::TestImmediate::test_with_it_the_loser_waits_and_hears_why",
        "sqlite",
    ),
    Mutant(
        "a showtime's cancellation is all of it or nothing",
        "reservations/cancellations.py",
        "with transaction.atomic():",
        "if True:",
        "tests/showtimes/test_showtimes_cancel.py::test_when_its_reservations_cannot_be_cancelled_it_is_not_either",
        "sqlite",
    ),
    Mutant(
        "a confirmation is all of it or nothing",
        RESERVATION,
        "            self.reserved_seats.update(expires_at=None)\n            self.record",
        "        self.reserved_seats.update(expires_at=None)\n        self.record",
        "tests/reservations/test_confirm.py::TestAllOrNothing",
        "sqlite",
    ),
    Mutant(
        "a reservation's cancellation is all of it or nothing",
        RESERVATION,
        CANCELLED_WITH_ITS_LAST_SEAT,
        CANCELLED_AFTERWARDS,
        "tests/reservations/test_cancel.py::TestAllOrNothing",
        "sqlite",
    ),
    Mutant(
        "a closed showtime takes no bookings",
        BOOKING,
        "            showtime.refuse_if_closed()\n",
        "",
        "tests/reservations/test_create.py::TestClosed",
        "sqlite",
    ),
    Mutant(
        "a hold of a closed showtime cannot be confirmed",
        RESERVATION,
        "self.showtime.refuse_if_closed()\n            if self.status",
        "if self.status",
        "tests/reservations/test_confirm.py::TestRefused::test_once_it_has_started",
        "sqlite",
    ),
    Mutant(
        "a cancelled reservation stays as it was cancelled",
        RESERVATION,
        "if self.status == Status.CANCELLED:\n                return",
        "if False:\n                return",
        "tests/reservations/test_cancel.py::TestCancelledAlready::test_it_stays_as_it_is",
        "sqlite",
    ),
    Mutant(
        "a seat that somebody has is not blocked",
        SHOWTIME,
        "            refuse_taken(seats, {pk: why for pk, why in taken.items() if why != SeatStatus.BLOCKED})\n",
        "",
        "tests/showtimes/test_blocking.py::test_held_and_reserved_seats_are_named_and_none_is_blocked",
        "sqlite",
    ),
    Mutant(
        "the seat map's ETag knows which seats are taken",
        "showtimes/seat_map.py",
        "            sorted(self.taken.items()),\n",
        "",
        "tests/showtimes/test_seats_etag.py::test_it_changes_with",
        "sqlite",
    ),
    Mutant(
        "a refresh token that was used up is not used again",
        LOGIN,
        "mine.filter(token_id=token_id, revoked_at=None, expires_at__gt=now)",
        "mine.filter(revoked_at=None, expires_at__gt=now)",
        f"{REFRESH}::test_the_one_that_was_just_replaced_does_no_harm",
        "sqlite",
    ),
    Mutant(
        "a refresh token is looked at and used up in one statement",
        LOGIN,
        "mine.filter(token_id=token_id, revoked_at=None, expires_at__gt=now)",
        "self.token_id == token_id and mine.filter(revoked_at=None, expires_at__gt=now)",
        "tests/users/test_refresh_race.py::test_of_two_who_have_found_it_unused_one_wins",
    ),
    Mutant(
        "a refresh token of a login that has just ended is worth nothing",
        LOGIN,
        "mine.filter(token_id=token_id, revoked_at=None, expires_at__gt=now)",
        "mine.filter(token_id=token_id, expires_at__gt=now)",
        "tests/users/test_refresh_race.py::test_a_logout_in_the_middle_of_it_wins",
        "sqlite",
    ),
    Mutant(
        "who comes second with a refresh token has ten seconds' grace",
        LOGIN,
        "timezone.now() - self.last_refreshed_at <= settings.REFRESH_GRACE",
        "timezone.now() == self.last_refreshed_at",
        f"{REFRESH}::test_the_one_that_was_just_replaced_does_no_harm",
        "sqlite",
    ),
    Mutant(
        "a refresh token that comes again later ends its login",
        LOGIN,
        "            and timezone.now() - self.last_refreshed_at <= settings.REFRESH_GRACE\n",
        "",
        f"{REFRESH}::test_after_ten_seconds_it_ends_the_whole_login_and_only_it",
        "sqlite",
    ),
)
