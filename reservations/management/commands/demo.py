"""
`manage.py demo`: a cinema to look at, with films, a programme of two weeks, and people who reserve seats.

Everything is made by the same methods as over the API, so what holds there holds here. The dice fall the same way each
time; only the days depend on when it runs.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import cycle

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from movies import posters
from movies.models import Genre, Movie
from movies.serializers import GenreSerializer, MovieSerializer
from reservations.management.demo.bookings import bookings
from reservations.management.demo.canvas import dice
from reservations.management.demo.films import FILMS, GENRES, Film
from reservations.management.demo.halls import HALLS, DemoHall
from reservations.models import Reservation
from showtimes.models import Hall, Showtime
from showtimes.serializers import HallSerializer
from users.days import today
from users.models import Role, User

LOGINS = (
    ("admin", "popcorn-admin-7", Role.ADMIN),
    ("alice", "popcorn-alice-7", Role.USER),
    ("bob", "popcorn-bob-7", Role.USER),
)
# They fill the seats, and cannot log in.
GUESTS = ("balcony", "film_club", "front_row", "last_minute", "late_show", "matinee", "school_trip", "season_ticket")

DAYS = 14
EVENING, CHILDREN_UNTIL, LAST_START = time(17), time(18), time(22)
MATINEE_DISCOUNT, WEEKEND_SURCHARGE = Decimal("2.00"), Decimal("1.50")
FRIDAY, SATURDAY = 4, 5


def is_loaded() -> bool:
    """Whether the data here is the demo's, so that its log-ins work."""
    names = [username for username, _, _ in LOGINS]
    users = User.objects.filter(username__in=names)
    return users.count() == len(names) and Movie.objects.filter(title=FILMS[0].title).exists()


class Command(BaseCommand):
    help = (
        "Loads demo data into an empty database: films, halls, showtimes, reservations, users with known passwords, so "
        "never in production. README.md has the passwords. A database with data in it stays as it is."
    )

    def handle(self, **options) -> None:
        if is_loaded():
            self.stdout.write(
                "The demo data is loaded already: log in as admin, alice or bob (README.md has their passwords)."
            )
        elif any(model.objects.exists() for model in (User, Genre, Movie, Hall)):
            self.stdout.write(
                "There is data already, so no demo data was loaded. Name an empty one (SQLITE_PATH), and migrate it."
            )
        else:
            self.load()

    def load(self) -> None:
        # A cinema with its whole programme, or nothing; each reservation is a transaction of its own.
        with ExitStack() as files, transaction.atomic():
            users = self.shown("users", make_users())
            halls = self.shown("halls", make_halls())
            movies = self.shown("films and their posters", make_movies(files))
            showtimes = self.shown("showtimes", make_showtimes(halls, movies))
        self.shown("reservations", bookings({user.username: user for user in users}, showtimes))
        counts = f"{len(halls)} halls, {len(movies)} films, {len(showtimes)} showtimes, "
        self.tell(f"Loaded demo data: {counts}{Reservation.objects.count()} reservations.", last=True)

    def shown(self, what: str, made: Iterator) -> list:
        """All that is made, with a word on how far it is: on a terminal in one line that changes, else a line each."""
        everything = []
        if not self.stdout.isatty():
            self.tell(f"Loading demo data: {what} …")
        for one in made:
            everything.append(one)
            if self.stdout.isatty():
                self.tell(f"Loading demo data: {len(everything)} {what} …")
        return everything

    def tell(self, text: str, last: bool = False) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{text}", ending="\n" if last else "")
            self.stdout.flush()
        else:
            self.stdout.write(text)


def make_users() -> Iterator[User]:
    for username, password, role in LOGINS:
        yield User.objects.create_user(username, f"{username}@example.org", password, role=role)
    for username in GUESTS:
        yield User.objects.create_user(username, f"{username}@example.org")


def make_halls() -> Iterator[Hall]:
    for hall in HALLS:
        facts = {name: getattr(hall, name) for name in ("number", "name", "layout", "turnaround_minutes")}
        yield saved(HallSerializer(data=facts))


def make_movies(files: ExitStack) -> Iterator[tuple[Film, Movie]]:
    """With posters in the media storage, which `files` takes away again when something fails."""
    for slug, name in GENRES.items():
        saved(GenreSerializer(data={"slug": slug, "name": name}))
    for film in FILMS:
        facts = {name: getattr(film, name) for name in ("title", "description", "genres", "runtime_minutes")}
        if film.released is not None:
            facts["release_date"] = today() + timedelta(days=film.released)
        movie = saved(MovieSerializer(data=facts))
        upload = SimpleUploadedFile("poster.jpg", film.poster().jpeg(), "image/jpeg")
        movie.replace_poster(*files.enter_context(posters.stored(upload)))
        yield film, movie


def make_showtimes(halls: list[Hall], movies: list[tuple[Film, Movie]]) -> Iterator[Showtime]:
    """In each hall one after the other, from noon at weekends, else from two. Those that are past are not made."""
    throw = dice(3)
    for day in (today() + timedelta(days=n) for n in range(DAYS)):
        playing = [(film, movie) for film, movie in movies if not movie.release_date or movie.release_date <= day]
        throw.shuffle(playing)
        reel = cycle(playing)
        for hall, facts in zip(halls, HALLS, strict=True):
            clock = datetime.combine(day, time(12 if day.weekday() >= SATURDAY else 14, 15 * hall.number))
            while clock.date() == day and clock.time() <= LAST_START:
                is_late = clock.time() >= CHILDREN_UNTIL
                movie = next(movie for film, movie in reel if not (is_late and "animation" in film.genres))
                starts_at = timezone.make_aware(clock)
                if starts_at > timezone.now():
                    yield Showtime.objects.schedule(movie=movie, hall=hall, starts_at=starts_at, **prices(facts, clock))
                clock += timedelta(minutes=movie.runtime_minutes + hall.turnaround_minutes)
                clock += (datetime.min - clock) % timedelta(minutes=15)  # up to the next quarter of an hour


def prices(hall: DemoHall, clock: datetime) -> dict[str, Decimal | None]:
    price = hall.price
    if clock.time() < EVENING:
        price -= MATINEE_DISCOUNT
    elif clock.weekday() in (FRIDAY, SATURDAY):
        price += WEEKEND_SURCHARGE
    return {"price": price, "premium_price": hall.premium and price + hall.premium}


def saved(serializer):
    serializer.is_valid(raise_exception=True)
    return serializer.save()
