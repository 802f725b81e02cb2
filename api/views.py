from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView, get_view_name

from api.renderers import BrowsableAPIRenderer, JSONRenderer
from users.permissions import AllowAny


class RootRenderer(BrowsableAPIRenderer):
    template = "api/root.html"


class RootView(APIView):
    """Where everything begins: each way in, by name."""

    name = "Movie reservations"
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, RootRenderer)
    schema = None  # it says where things are, which the schema's readers know

    def get(self, request):
        entries = {
            "schedule": "schedule",
            "movies": "movie-list",
            "genres": "genre-list",
            "halls": "hall-list",
            "showtimes": "showtime-list",
            "reservations": "reservation-list",
            "register": "register",
            "login": "login",
            "token": "token",
            "me": "me",
            "logins": "login-list",
            "docs": "docs",
            "schema": "schema",
        }
        if request.user.is_authenticated and request.user.is_admin:
            entries |= {"users": "user-list", "sales": "sales", "audit": "audit-list"}
        return Response({name: reverse(route, request=request) for name, route in entries.items()})


def name_of(view) -> str:
    """A page's name, DRF's `VIEW_NAME_FUNCTION`: `Showtimes` and `Showtime 7` where DRF has `List` and `Instance`."""
    name = get_view_name(view)
    if name.endswith(" List"):
        return name.removesuffix(" List") + "s"
    if name.endswith(" Instance"):
        return " ".join([name.removesuffix(" Instance"), *map(str, getattr(view, "kwargs", {}).values())])
    return name
