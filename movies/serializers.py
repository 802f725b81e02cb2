from django.db import transaction
from django.utils.text import slugify
from rest_framework import serializers

from movies.models import Genre, Movie
from users.representation import Prebuilt
from users.serializers import UniqueValidator

MAX_GENRES = 50


class GenreSerializer(Prebuilt, serializers.ModelSerializer):
    class Meta:
        model = Genre
        fields = ("slug", "name")
        extra_kwargs = {
            "slug": {
                "required": False,
                "error_messages": {"blank": "The name has no letters or digits for a slug. Give one."},
                "help_text": "Made from the name of a new genre that brings none.",
            },
            "name": {"validators": [UniqueValidator(Genre.objects.all(), "There is a genre of this name.")]},
        }

    def validate(self, genre: dict) -> dict:
        if not self.instance and "slug" not in genre:
            try:
                genre["slug"] = self.fields["slug"].run_validation(slugify(genre["name"]))
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"slug": error.detail}) from None
        return genre


class GenresField(serializers.ListField):
    """Genres by their slugs, each once, whatever the order and however often they are named."""

    child = serializers.SlugField(max_length=50)

    def __init__(self, **kwargs):
        super().__init__(allow_empty=False, min_length=1, max_length=MAX_GENRES, **kwargs)

    def run_validation(self, data=serializers.empty) -> list[Genre]:
        slugs = super().run_validation(data)
        genres = {genre.slug: genre for genre in Genre.objects.filter(slug__in=slugs)}
        unknown = {
            index: [serializers.ErrorDetail(f"There is no genre {slug}.", "does_not_exist")]
            for index, slug in enumerate(slugs)
            if slug not in genres
        }
        if unknown:
            raise serializers.ValidationError(unknown)
        return list(genres.values())

    def to_representation(self, genres) -> list[str]:
        return [genre.slug for genre in genres.all()]


class StoredImageField(serializers.ImageField):
    """The address of a file that we have stored, or null."""

    def represent(self, file, context: dict) -> str | None:
        return context["request"].build_absolute_uri(file.url) if file else None


class MovieSerializer(Prebuilt, serializers.ModelSerializer):
    genres = GenresField()
    poster = StoredImageField(read_only=True, allow_null=True)
    poster_thumbnail = StoredImageField(read_only=True, allow_null=True)

    class Meta:
        model = Movie
        fields = (
            "id",
            "title",
            "description",
            "genres",
            "runtime_minutes",
            "release_date",
            "poster",
            "poster_thumbnail",
        )
        # PUT replaces all of the movie: what it leaves out is then empty.
        extra_kwargs = {"description": {"default": ""}, "release_date": {"default": None}}

    @transaction.atomic
    def create(self, validated_data) -> Movie:
        return super().create(validated_data)

    @transaction.atomic
    def update(self, movie: Movie, validated_data) -> Movie:
        Movie.objects.lock_again(movie)
        return super().update(movie, validated_data)


class PosterSerializer(serializers.Serializer):
    poster = serializers.FileField()

    def validate_poster(self, poster):
        if sum(len(files) for _, files in self.context["request"].FILES.lists()) > 1:
            raise serializers.ValidationError("Send one file and no more.", "too_many_files")
        return poster

    def update(self, movie: Movie, validated_data) -> Movie:
        movie.set_poster(validated_data["poster"], by=validated_data["by"])
        return movie
