"""A small cinema for the visits, a program of its own: two films, five showtimes, an admin, and alice of the demo."""

import django

django.setup()

from tests.cast import make_user  # noqa: E402
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow  # noqa: E402
from users.models import Role, User  # noqa: E402


def main() -> None:
    make_user("ada", Role.ADMIN)
    User.objects.create_user("alice", "alice@example.org", "popcorn-alice-7")
    hall = make_hall(1, layout=["SSSSSSSSSS"] * 6)
    film, other = make_movie("The Long Shot", description="A detour."), make_movie("The Short Cut")
    for hour in (10, 14, 18, 21):
        make_showtime(film, hall, starts_at=tomorrow(hour))
    make_showtime(other, make_hall(2))


if __name__ == "__main__":
    main()
