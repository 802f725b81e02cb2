"""
Bodies as people send them, for the schema and the page that tries it out: by operation and name.

Names and passwords are the demo's, so that there they work as they are. `Cinema` of the tests sends each of them, with
the ids of its own things.
"""

from drf_spectacular.utils import OpenApiExample

CREDENTIALS = {"login": "alice", "password": "popcorn-alice-7"}
NEW_PASSWORD = "gazpacho-with-nettles-43"  # noqa: S105
MOVIE = {
    "title": "Below the Weir",
    "description": "Each spring the river gives something back.",
    "genres": ["drama", "thriller"],
    "runtime_minutes": 112,
    "release_date": "2026-11-20",
}

BODIES = {
    "auth_login": {"alice of the demo": CREDENTIALS},
    "auth_password_change": {
        "Another password": {"old_password": CREDENTIALS["password"], "new_password": NEW_PASSWORD}
    },
    "auth_password_reset": {"alice of the demo": {"email": "alice@example.org"}},
    "auth_password_reset_confirm": {
        "As the mailed link says": {"uid": "Mg", "token": "d0a1b2-0123456789abcdef", "new_password": NEW_PASSWORD}
    },
    "auth_register": {
        "A newcomer": {"username": "newcomer", "email": "newcomer@example.org", "password": "two-in-the-middle"}
    },
    "auth_token": {"alice of the demo": CREDENTIALS},
    "auth_token_refresh": {
        "The token that came last": {"refresh": "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI0MiJ9.c2lnbmF0dXJl"}
    },
    "users_me_partial_update": {
        "Another name": {"username": "alice.in.row.c"},
        "Another address": {"email": "alice@example.net", "current_password": CREDENTIALS["password"]},
    },
    "users_partial_update": {"Promote": {"role": "admin"}, "Deactivate": {"is_active": False}},
    "genres_create": {"A genre": {"name": "Film noir"}},
    "genres_partial_update": {"Another name": {"name": "Film noir"}},
    "movies_create": {"A movie": MOVIE},
    "movies_update": {"A movie": MOVIE},
    "movies_partial_update": {"Other genres": {"genres": ["drama", "thriller"]}},
    "halls_create": {
        "A small hall": {"number": 8, "name": "The Cellar", "layout": [".SSSS.", "SSSSSS", "PPPPPP", "AA..AA"]}
    },
    "halls_partial_update": {"More time to clean": {"turnaround_minutes": 20}},
    "showtimes_create": {
        "An evening": {
            "movie_id": 1,
            "hall_number": 1,
            "starts_at": "2030-12-24T19:15:00Z",
            "price": "9.50",
            "premium_price": "13.00",
        }
    },
    "showtimes_partial_update": {
        "Another price": {"price": "11.00"},
        "Later": {"starts_at": "2030-12-24T20:00:00Z"},
    },
    "showtimes_seats_block": {"A broken seat": {"seat_ids": [17], "reason": "The seat does not fold."}},
    "showtimes_seats_unblock": {"It is mended": {"seat_ids": [17]}},
    "reservations_create": {
        "These two seats": {"showtime_id": 1, "seat_ids": [17, 18]},
        "Hold the best two": {"showtime_id": 1, "quantity": 2, "hold": True},
    },
    "reservations_cancel": {"One of the seats": {"seat_ids": [17]}, "All of them": {}},
}


def of(operation: str) -> list[OpenApiExample]:
    return [OpenApiExample(name, body, request_only=True) for name, body in BODIES.get(operation, {}).items()]
