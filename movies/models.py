from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

RUNTIME_MINUTES = (1, 600)


class Genre(models.Model):
    """A kind of film, addressed by its slug."""

    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=50, unique=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                Lower("name"), name="genre_name_unique", violation_error_message="There is a genre of this name."
            ),
        )

    def __str__(self) -> str:
        return self.name


class Movie(models.Model):
    """A film that the cinema shows, has shown or will show."""

    title = models.CharField(max_length=200)
    description = models.TextField(max_length=5000, blank=True)
    genres = models.ManyToManyField(Genre, related_name="movies")
    runtime_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(RUNTIME_MINUTES[0]), MaxValueValidator(RUNTIME_MINUTES[1])]
    )
    release_date = models.DateField(null=True, blank=True)
    poster = models.ImageField(blank=True, editable=False)
    poster_thumbnail = models.ImageField(blank=True, editable=False)

    class Meta:
        ordering = ("title", "pk")
        indexes = (
            models.Index(fields=("title", "id"), name="movie_title"),
            models.Index(fields=("release_date", "id"), name="movie_release_date"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(runtime_minutes__range=RUNTIME_MINUTES), name="runtime_in_range"),
        )

    def __str__(self) -> str:
        return self.title
