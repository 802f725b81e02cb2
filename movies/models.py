from collections import defaultdict
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from movies import posters
from users.models import AuditEntry, User
from users.prepared import Prepared
from users.querysets import DisplayedQuerySet, LockingQuerySet

RUNTIME_MINUTES = (1, 600)


class Genre(models.Model):
    """A kind of film, addressed by its slug."""

    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=50, unique=True, error_messages={"unique": "There is a genre with this slug."})

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                Lower("name"), name="genre_name_unique", violation_error_message="There is a genre of this name."
            ),
        )

    def __str__(self) -> str:
        return self.name


class MovieQuerySet(DisplayedQuerySet, LockingQuerySet):
    def read_for_display(self, pks: list[int]) -> list["Movie"]:
        """By title, with their genres: 20 of them in 0.5 ms instead of 1.9."""
        movies, genres_of = movies_to_display(pks=pks), defaultdict(list)
        for genre in genres_to_display(movies=pks):
            genres_of[genre.movie_id].append(genre)
        for movie in movies:  # what `prefetch_related` does too, but it makes a queryset for each
            movie._prefetched_objects_cache = {"genres": genres_of[movie.pk]}
        return movies

    def delete(self) -> tuple[int, dict[str, int]]:
        """With their posters' files. Raises ProtectedError or, in a race, IntegrityError when one has showtimes."""
        with transaction.atomic():
            for movie in self.lock():
                movie.remove_files_on_commit()
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True


class Movie(models.Model):
    """A film that the cinema shows, has shown or will show."""

    title = models.CharField(max_length=200)
    description = models.TextField(max_length=5000, blank=True)
    genres = models.ManyToManyField(Genre, related_name="movies", through="MovieGenre")
    runtime_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(RUNTIME_MINUTES[0]), MaxValueValidator(RUNTIME_MINUTES[1])]
    )
    release_date = models.DateField(null=True, blank=True)
    poster = models.ImageField(blank=True, editable=False)
    poster_thumbnail = models.ImageField(blank=True, editable=False)

    objects = MovieQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        # PostgreSQL has two more: migration 0002's for the newest, with nulls last, and 0003's to search for words.
        indexes = (
            models.Index(fields=("title", "id"), name="movie_title"),
            models.Index(fields=("release_date", "id"), name="movie_release_date"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(runtime_minutes__range=RUNTIME_MINUTES), name="runtime_in_range"),
        )

    def __str__(self) -> str:
        return self.title

    def set_poster(self, upload: UploadedFile, by: User) -> None:
        """Raises what `posters.stored` does, and Http404 when the movie is gone by now; then nothing has changed."""
        with posters.stored(upload) as (poster, thumbnail), transaction.atomic(durable=True):
            self.replace_poster(poster, thumbnail, by)

    def remove_poster(self, by: User) -> None:
        with transaction.atomic(durable=True):
            self.replace_poster("", "", by)

    def replace_poster(self, poster: str, thumbnail: str, by: User | None = None) -> None:
        Movie.objects.lock_again(self)
        self.remove_files_on_commit()
        if poster != self.poster.name:
            AuditEntry.objects.record(f"movie.poster_{'set' if poster else 'removed'}", self, by=by)
        self.poster, self.poster_thumbnail = poster, thumbnail
        self.save(update_fields=["poster", "poster_thumbnail"])

    def remove_files_on_commit(self) -> None:
        """Not sooner: a transaction that fails still needs them. The row is locked, so that these are the last ones."""
        names = [self.poster.name, self.poster_thumbnail.name]
        transaction.on_commit(partial(posters.remove, names), robust=True)

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        return Movie.objects.filter(pk=self.pk).delete()


class MovieGenre(models.Model):
    """
    That a movie has a genre.

    A model of its own for PROTECT's sake: Django's automatic one would let these rows go with their genre, and a look
    beforehand cannot prevent it: under READ COMMITTED, a movie that gets the genre between the look and the deletion
    is not seen. So nothing cascades here, and the foreign key refuses whichever of the two commits last.
    """

    movie = models.ForeignKey(Movie, models.CASCADE)
    genre = models.ForeignKey(Genre, models.PROTECT)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("movie", "genre"), name="movie_genre_once"),)

    def __str__(self) -> str:
        return f"{self.movie}: {self.genre}"


@Prepared
def movies_to_display(pks: list[int]) -> models.QuerySet:
    return Movie.objects.filter(pk__in=pks)


@Prepared
def genres_to_display(movies: list[int]) -> models.QuerySet:
    """Of all of these, each genre as often as it is theirs, with the `movie_id` of whose it is."""
    return Genre.objects.filter(moviegenre__movie__pk__in=movies).annotate(movie_id=F("moviegenre__movie"))
