from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from rest_framework import exceptions

from showtimes.layouts import validate_layout
from showtimes.models import Hall, Seat, Showtime
from showtimes.serializers import ShowtimeSerializer
from users.admin import Audited, SaysWhy, ViewOnly


class LayoutField(forms.Field):
    """A hall's layout as lines of text."""

    default_validators = [validate_layout]
    widget = forms.Textarea(attrs={"rows": 20, "cols": 64, "class": "layout"})

    def prepare_value(self, layout: list[str] | str | None) -> str | None:
        return "\n".join(layout) if isinstance(layout, list) else layout

    def to_python(self, text: str | None) -> list[str]:
        return [line.strip() for line in (text or "").strip().splitlines()]


class HallForm(forms.ModelForm):
    layout = LayoutField(
        help_text="A line a row, from the screen back: S standard, P premium, A accessible, a dot for no seat."
        " It holds for showtimes that are made from now on."
    )

    class Meta:
        model = Hall
        fields = ("number", "name", "layout", "turnaround_minutes")

    class Media:
        css = {"all": ["showtimes/layout.css"]}


@admin.register(Hall)
class HallAdmin(SaysWhy, Audited):
    form = HallForm
    list_display = ("number", "name", "capacity", "turnaround_minutes")
    list_display_links = ("number", "name")
    search_fields = ("number", "name")

    def get_fields(self, request, hall: Hall | None = None):
        return ("number", "name", "layout", *(["capacity"] if hall else []), "turnaround_minutes")

    def get_readonly_fields(self, request, hall: Hall | None = None):
        return ("number", "capacity") if hall else ()


class ShowtimeForm(forms.ModelForm):
    class Meta:
        model = Showtime
        fields = ("movie", "hall", "starts_at", "price", "premium_price")

    def clean_starts_at(self):
        starts_at = self.cleaned_data["starts_at"]
        if "starts_at" in self.changed_data:
            try:
                ShowtimeSerializer().validate_starts_at(starts_at)
            except exceptions.ValidationError as error:
                raise ValidationError(error.detail) from None
        return starts_at


@admin.register(Showtime)
class ShowtimeAdmin(SaysWhy, Audited):
    """Made, moved and deleted as over the API."""

    form = ShowtimeForm
    autocomplete_fields = ("movie",)
    list_display = ("starts_at", "movie", "hall", "price", "premium_price", "status", "available", "seats")
    list_filter = ("status", "hall")
    list_select_related = ("movie", "hall")
    search_fields = ("movie__title",)
    date_hierarchy = "starts_at"

    def get_queryset(self, request):
        return super().get_queryset(request).with_available_seats()

    def get_readonly_fields(self, request, showtime: Showtime | None = None):
        return ("ends_at", "occupied_until", "status", "available", "seats") if showtime else ()

    @admin.display(ordering="available_seats")
    def available(self, showtime: Showtime) -> str:
        return f"{showtime.available_seats} of {showtime.capacity}"

    def seats(self, showtime: Showtime) -> str:
        return link_to("showtimes_seat", "seats", showtime=showtime)

    def save_model(self, request, showtime: Showtime, form, change: bool) -> None:
        if change:
            showtime.edit(**{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            showtime.pk = Showtime.objects.schedule(**form.cleaned_data).pk

    def get_actions(self, request):
        """Without the one that deletes the selected: it would pass by the look at reservations and its locks."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def get_deleted_objects(self, showtimes, request):
        """Its seats go along, although nobody may delete those by themselves; and there is no need to list them all."""
        return [str(showtime) for showtime in showtimes], {"showtimes": len(showtimes)}, set(), []


@admin.register(Seat)
class SeatAdmin(ViewOnly):
    list_display = ("label", "showtime", "kind", "is_blocked", "blocked_because")
    list_filter = ("kind", "is_blocked")
    list_select_related = ("showtime__movie",)
    search_fields = ("showtime__movie__title", "blocked_because")
    date_hierarchy = "showtime__starts_at"


def link_to(model: str, text: str, **filters) -> str:
    """A link to the list of those that the filters let through."""
    query = "&".join(f"{name}__id__exact={row.pk}" for name, row in filters.items())
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{model}_changelist"), query, text)
