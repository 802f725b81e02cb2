import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from rest_framework import renderers
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import override_method

from api.forms import Form, form_of, query_inputs
from api.markup import marked_up, prose
from api.pickers import let_choose
from api.problems import CONTENT_TYPE
from api.visit import next_forms, show_seats

# Of the answer's headers, those that tell a reader something.
HEADERS = ("Allow", "Idempotent-Replayed", "Location", "Retry-After", "WWW-Authenticate")


def plain(value) -> str:
    """What orjson does not know."""
    if isinstance(value, (Decimal, Promise)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON here.")


class JSONRenderer(renderers.JSONRenderer):
    """
    By orjson: a day's schedule takes it 0.1 ms, and Python's own encoder 0.5.

    It writes instants as they are, which is in UTC: so the database gives them, and whoever makes one keeps to it.
    """

    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        if isinstance(data, bytes):
            return data  # by whoever could do it faster, piece by piece
        response = (renderer_context or {}).get("response")
        if response is not None and response.exception:
            response["Content-Type"] = CONTENT_TYPE
        return b"" if data is None else orjson.dumps(data, plain, orjson.OPT_UTC_Z)


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """
    What JSON clients get, as a page for people, with forms for whatever else they may do there.

    DRF's own page is replaced: its forms come from a view's one serializer where ours has one for each operation, lose
    what was typed when the answer is a problem, and load a whole table to choose one row of it.
    """

    template = "api/browse.html"

    def get_context(self, data, accepted_media_type, renderer_context) -> dict:
        view, request, response = (renderer_context[name] for name in ("view", "request", "response"))
        # The page shows who is logged in and has a CSRF token in it.
        response["Cache-Control"] = "no-store"
        problem = data if response.exception else {}
        forms = list(self.forms(view, request, data, problem))
        queries = query_inputs(view, request, problem.get("errors", ()))
        if response.status_code < 500:  # then the database may be away
            let_choose([*queries, *(each for form in forms for each in form.inputs)])
        forms += [] if problem else next_forms(view, request, data)  # these know already what they are about
        for form in forms:
            show_seats(form, view)
        return {
            "product": settings.SPECTACULAR_SETTINGS["TITLE"],
            "view": view,
            "request": request,
            "response": response,
            "user": request.user,
            "name": self.get_name(view),
            "description": prose(view.get_view_description()),
            "breadcrumbs": self.get_breadcrumbs(request),
            "links": {} if response.status_code in (401, 403, 404) else self.links(view, request),
            "data": data,
            "problem": problem,
            "content": self.content(view, data) if data is not None else "",
            "headers": [(name, value) for name, value in response.items() if name in HEADERS],
            "content_type": CONTENT_TYPE if problem else JSONRenderer.media_type,
            "forms": forms,
            "queries": queries,
            "pictures": [] if problem else list(pictures(view, data, forms)),
        }

    def content(self, view, data) -> SafeString:
        rows = data.get("results", data) if isinstance(data, dict) else data
        serializer = getattr(rows, "serializer", None)
        names = {}
        if hasattr(view, "basename") and isinstance(getattr(serializer, "child", serializer), view.serializer_class):
            key = "id" if view.lookup_field == "pk" else view.lookup_field
            names = {f".{key}": view.basename, f"results.{key}": view.basename}
        return marked_up(json.loads(JSONRenderer().render(data)), names)

    def links(self, view, request) -> dict[str, str]:
        """Where else this thing can be seen or acted upon by this user."""
        if not getattr(view, "detail", False):
            return {}
        links = {
            action.kwargs["name"]: reverse(f"{view.basename}-{action.url_name}", kwargs=view.kwargs)
            for action in view.get_extra_actions()
            if is_allowed(action, view, request)
        }
        if view.basename == "movie":
            links["Showtimes"] = f"{reverse('showtime-list')}?movie_id={view.kwargs['pk']}"
        if view.basename == "showtime":
            pk = view.kwargs["pk"]
            links["Reserve"] = f"{reverse('reservation-list')}?showtime_id={pk}"
            if request.user.is_authenticated and request.user.is_admin:
                links["Cancel"] = reverse("showtime-cancel", args=[pk])
        return links

    def forms(self, view, request, data, problem) -> Iterator[Form]:
        """Of all that this user may do here; after a refusal only what was refused, as it was filled in."""
        is_refused_write = bool(problem) and request.method not in SAFE_METHODS
        serializer = getattr(data, "serializer", None)
        instance = None if getattr(serializer, "many", False) else getattr(serializer, "instance", None)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            if is_refused_write and method != request.method:
                continue
            if is_refused_write:
                values = sent(request)
            elif method == "POST":
                values = request.query_params
            else:
                values = data if isinstance(data, Mapping) and not problem else {}
            with override_method(view, request, method) as overridden:
                if self.show_form_for_method(view, method, overridden, instance):
                    yield form_of(view, method, values, problem.get("errors", ()))


def is_allowed(action, view, request) -> bool:
    """Whether this user's role allows an extra action, by the first of its methods."""
    method = next(iter(action.mapping)).upper()
    permissions = action.kwargs.get("permission_classes", view.permission_classes)
    with override_method(view, request, method) as overridden:
        return all(permission().has_permission(overridden, view) for permission in permissions)


def sent(request) -> Mapping:
    try:
        return request.data if isinstance(request.data, Mapping) else {}
    except APIException:
        return {}


def pictures(view, data, forms: list[Form]) -> Iterator[dict]:
    """What can be shown of it: posters, and the seats of a showtime, unless a form shows them."""
    if getattr(view, "basename", "") == "showtime" and view.detail and not any(form.seat_map for form in forms):
        yield {"src": reverse("showtime-seats-map", args=[view.kwargs["pk"]]), "alt": "The seats"}
    rows = data.get("results", data) if isinstance(data, dict) else data
    for row in rows if isinstance(rows, list) else [rows]:
        movie = row.get("movie", row) if isinstance(row, dict) else {}
        if isinstance(movie, dict) and movie.get("poster_thumbnail"):
            href = reverse("movie-detail", args=[movie["id"]])
            yield {"src": movie["poster_thumbnail"], "alt": movie["title"], "href": href}
