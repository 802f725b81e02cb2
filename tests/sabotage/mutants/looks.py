"""What is looked at again, once it is locked: until then it could be stale."""

from tests.sabotage.mutant import Mutant

BOOKING, RESERVATION = "reservations/serializers.py", "reservations/models/reservation.py"
GUARDS, DUELS = "tests/reservations/test_guards.py", "tests/reservations/test_duels.py"

LOCK_THEN_READ = """\
            locked = self.lock_seats() or self.lock_seats()
            now = timezone.now()
            showtime = self.read_showtime(user, now)
"""
READ_THEN_LOCK = """\
            now = timezone.now()
            showtime = self.read_showtime(user, now)
            locked = self.lock_seats() or self.lock_seats()
"""
LOOK_THEN_LOCK = """\
            now = timezone.now()
            showtime = self.read_showtime(user, now)
            taken = showtime.taken_seats()
            showtime.taken_seats = lambda among=None, now=None: taken
            locked = self.lock_seats() or self.lock_seats()
"""
LOCK_THEN_REMEMBER = """\
            lookups.user_row.lock(pk=user.pk)
            if key and (answer := IdempotencyKey.objects.first_answer(user, key, self.initial_data)):
                return Answer(json.loads(answer), is_replayed=True)
"""
REMEMBER_THEN_LOCK = """\
            if key and (answer := IdempotencyKey.objects.first_answer(user, key, self.initial_data)):
                return Answer(json.loads(answer), is_replayed=True)
            lookups.user_row.lock(pk=user.pk)
"""

MUTANTS = (
    Mutant(
        "a booking looks for holders after it has locked its seats",
        BOOKING,
        LOCK_THEN_READ,
        LOOK_THEN_LOCK,
        f"{GUARDS}::TestOneSeat::test_with_the_lock_alone_one_does",
    ),
    Mutant(
        "what is read after a lock is what others have committed by then",
        "project/settings.py",
        '"options": "-c lock_timeout=5s',
        r'"options": r"-c default_transaction_isolation=repeatable\ read -c lock_timeout=5s',
        f"{GUARDS}::TestOneSeat::test_with_the_lock_alone_one_does",
    ),
    Mutant(
        "a booking reads the showtime after it has locked its seats",
        BOOKING,
        LOCK_THEN_READ,
        READ_THEN_LOCK,
        f"{DUELS}::TestOvertaken::test_by_the_cancellation_of_the_showtime",
    ),
    Mutant(
        "a booking that waited for a showtime to move locks the seats that it has now",
        BOOKING,
        "self.lock_seats() or self.lock_seats()",
        "self.lock_seats()",
        f"{DUELS}::TestMoving::test_a_showtime_that_moves_to_another_hall_sells_the_best_seats_there",
    ),
    Mutant(
        "a booking looks for its idempotency key after it has locked its user",
        BOOKING,
        LOCK_THEN_REMEMBER,
        REMEMBER_THEN_LOCK,
        f"{GUARDS}::TestUserLock::test_with_it_a_repetition_has_the_first_answer",
    ),
    Mutant(
        "a reservation is read again after its seats are locked",
        RESERVATION,
        "        seats_to_lock.lock(reservation=self.pk)\n        self.read_again()\n",
        "        seats_to_lock.lock(reservation=self.pk)\n",
        f"{DUELS}::TestConfirming::test_one_that_is_cancelled_a_moment_before_stays_so",
        "sqlite",
    ),
    Mutant(
        "a login looks whether the password is still the same",
        "users/models/user.py",
        "User.objects.filter(pk=self.pk, password=self.password, is_active=True)",
        "User.objects.filter(pk=self.pk)",
        "tests/users/test_login.py::test_what_ends_every_login_does_not_miss_one_that_is_just_being_made",
        "sqlite",
    ),
    Mutant(
        "a showtime or hall is read again after it is locked",
        "users/querysets.py",
        "        row.refresh_from_db()\n",
        "",
        "tests/showtimes/test_showtimes_edit.py::test_one_that_was_cancelled_a_moment_ago_is_not_changed",
        "sqlite",
    ),
)
