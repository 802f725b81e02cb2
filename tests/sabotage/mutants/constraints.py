"""The last word of the database, whatever the code does."""

from tests.sabotage.mutant import Mutant

RESERVATIONS, OVERLAPS = (
    "reservations/migrations/0001_initial.py",
    "showtimes/migrations/0002_showtimes_never_overlap.py",
)

MUTANTS = (
    Mutant(
        "a seat is reserved once",
        RESERVATIONS,
        "constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('seat',)",
        "constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('seat', 'reservation')",
        "tests/reservations/test_guards.py::TestOneSeat"
        "::test_with_the_constraint_alone_one_does_and_the_other_is_refused",
    ),
    Mutant(
        "a user's idempotency key is remembered once",
        RESERVATIONS,
        "constraint=models.UniqueConstraint(fields=('user', 'key')",
        "constraint=models.UniqueConstraint(fields=('user', 'key', 'reservation')",
        "tests/api/test_constraints.py::test_it_refuses_and_the_answer_says_what[idempotency_key_once]",
    ),
    Mutant(
        "showtimes never overlap in a hall (PostgreSQL)",
        OVERLAPS,
        "        schema_editor.execute(POSTGRESQL)\n",
        "        pass\n",
        "tests/showtimes/test_overlap_races.py::test_the_constraint_alone_is_enough",
    ),
    Mutant(
        "showtimes never overlap in a hall when one is made (SQLite)",
        OVERLAPS,
        '        schema_editor.execute(SQLITE.format(event="INSERT"))\n',
        "",
        "tests/showtimes/test_overlap.py::test_the_database_refuses_a_new_one",
        "sqlite",
    ),
    Mutant(
        "showtimes never overlap in a hall when one is moved (SQLite)",
        OVERLAPS,
        '        schema_editor.execute(SQLITE.format(event="UPDATE"))\n',
        "",
        "tests/showtimes/test_overlap.py::test_the_database_refuses_a_move",
        "sqlite",
    ),
    Mutant(
        "who is going to write has the database alone from the beginning (SQLite)",
        "project/settings.py",
        '"transaction_mode": "IMMEDIATE"',
        '"transaction_mode": "DEFERRED"',
        "tests/reservations/test_guards.py::TestImmediate::test_with_it_the_loser_waits_and_hears_why",
        "sqlite",
    ),
)
