"""How a visit goes on: what one does next, as forms on the page where one is, with seats to pick on the picture."""

import re
from collections.abc import Iterator, Mapping

from django.urls import resolve, reverse

from api.forms import Form, form_of
from reservations.models import Status
from showtimes.models import SeatStatus


def next_forms(view, request, data) -> Iterator[Form]:
    """From a showtime to a reservation, and from that to its end; each form goes to an address of its own."""
    match getattr(view, "basename", ""), getattr(view, "action", ""):
        case "showtime", "retrieve" | "seats":
            yield from form_at(reverse("reservation-list"), request, {"showtime_id": view.kwargs["pk"]})
        case "reservation", "retrieve":
            if data["status"] == Status.HELD:
                yield from form_at(reverse("reservation-confirm", kwargs=view.kwargs), request)
            if data["status"] in (Status.HELD, Status.CONFIRMED):
                for form in form_at(reverse("reservation-cancel", kwargs=view.kwargs), request):
                    [seats] = form.inputs
                    seats.type, seats.label, seats.hints = "checkboxes", "Seats", ["All, if you choose none."]
                    seats.choices = {seat["id"]: seat["label"] for seat in data["seats"] if seat["status"] == "active"}
                    yield form


def form_at(address: str, request, values: Mapping | None = None) -> Iterator[Form]:
    """The form for a POST to another address, if this user may send it."""
    match = resolve(address)
    view = match.func.cls(**match.func.initkwargs)
    view.request, view.kwargs, view.action = request, match.kwargs, match.func.actions["post"]
    if all(permission.has_permission(request, view) for permission in view.get_permissions()):
        form = form_of(view, "POST", values or {}, [])
        form.address = address
        yield form


def show_seats(form: Form, view) -> None:
    """Beside a form that asks for seats of a known showtime: the picture of them, on which they can be picked."""
    inputs = {each.name: each for each in form.inputs}
    if "seat_ids" not in inputs:
        return
    if asked := inputs.get("showtime_id"):
        showtime = "" if asked.errors else asked.value
    else:
        showtime = view.kwargs["pk"] if view.basename == "showtime" else ""
    if re.fullmatch("[0-9]{1,18}", str(showtime)):
        form.seat_map = reverse("showtime-seats-map", args=[int(showtime)])
        form.pick = SeatStatus.BLOCKED if view.action_map.get("post") == "seats_unblock" else SeatStatus.AVAILABLE
