from django.template.loader import render_to_string
from rest_framework import renderers

from showtimes.drawing import Drawing


class SVGRenderer(renderers.BaseRenderer):
    """The seat map as a picture."""

    media_type = "image/svg+xml"
    format = "svg"
    charset = "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None) -> str:
        return render_to_string("showtimes/seat_map.svg", {"map": Drawing(**data)}) if data else ""
