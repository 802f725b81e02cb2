from datetime import date

from django import forms
from django.db.models import F, OrderBy, Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from movies.models import Movie, MovieGenre
from users.days import DAY, end_of, start_of
from users.filters import FilterSet, OrderingFilter


class SlugsField(forms.SlugField):
    widget = forms.SelectMultiple

    def clean(self, value: list[str]) -> list[str]:
        return [slug for slug in map(super().clean, value) if slug]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "maxLength": 50, "pattern": "^[-a-zA-Z0-9_]+$"},
        "description": "Of this genre; repeated: of any of them",
    }
)
class GenresFilter(filters.Filter):
    field_class = SlugsField


class DayField(forms.DateField):
    def to_python(self, value):
        if value not in self.empty_values and not DAY.fullmatch(value):
            raise forms.ValidationError("Write a day as 2026-11-24.", code="invalid")
        return super().to_python(value)


class DayFilter(filters.DateFilter):
    field_class = DayField


class NullsLastOrderingFilter(OrderingFilter):
    """
    Left to themselves, PostgreSQL takes nulls for the largest and SQLite for the smallest values. Only where there can
    be any: an index that is read backwards would have them first.
    """

    def get_ordering_value(self, param: str) -> OrderBy:
        name = param.removeprefix("-")
        nulls_last = Movie._meta.get_field(name).null or None  # Django knows no False here
        return F(name).desc(nulls_last=nulls_last) if param.startswith("-") else F(name).asc(nulls_last=nulls_last)


class MovieFilter(FilterSet):
    genre = GenresFilter(method="having_any_genre", max_length=50)
    search = filters.CharFilter(
        method="with_every_word", max_length=200, label="With every one of these words in the title or description"
    )
    showing_on = DayFilter(method="showing_on_day", label="With a scheduled showtime on this day")
    ordering = NullsLastOrderingFilter(fields=("title", "release_date"))

    class Meta:
        model = Movie
        fields = ()

    def having_any_genre(self, movies, name, slugs: list[str]):
        return movies.filter(pk__in=MovieGenre.objects.filter(genre__slug__in=slugs).values("movie"))

    def with_every_word(self, movies, name, words: str):
        for word in words.split():
            movies = movies.filter(Q(title__icontains=word) | Q(description__icontains=word))
        return movies

    def showing_on_day(self, movies, name, day: date):
        showing = Movie.showtimes.rel.related_model.objects.scheduled().filter(
            starts_at__gte=start_of(day), starts_at__lt=end_of(day)
        )
        return movies.filter(pk__in=showing.order_by().values("movie"))
