from django.contrib import admin
from django.utils.html import format_html

from movies.models import Genre, Movie, MovieGenre
from users.admin import Audited, SaysWhy


@admin.register(Genre)
class GenreAdmin(SaysWhy, Audited):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


class MovieGenreInline(admin.TabularInline):
    model = MovieGenre
    min_num, extra = 1, 0
    verbose_name = "genre"

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(Movie)
class MovieAdmin(SaysWhy, Audited):
    """All of a movie but its poster, which only the API takes: it looks into the file."""

    list_display = ("title", "runtime_minutes", "release_date", "thumbnail")
    list_filter = ("genres", "release_date")
    search_fields = ("title", "description")
    readonly_fields = ("thumbnail",)
    inlines = (MovieGenreInline,)

    @admin.display(description="poster", empty_value="none")
    def thumbnail(self, movie: Movie) -> str | None:
        if movie.poster_thumbnail:
            return format_html('<img src="{}" alt="" height="90">', movie.poster_thumbnail.url)
        return None

    def save_model(self, request, movie: Movie, form, change: bool) -> None:
        # What the form does not show stays as it is now, not as it was when the form was opened: the poster's names.
        movie.save(update_fields=list(form.fields) if change else None)
