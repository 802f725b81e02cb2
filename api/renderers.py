from datetime import UTC, datetime

from rest_framework import renderers
from rest_framework.utils import encoders

from api.problems import CONTENT_TYPE


class JSONEncoder(encoders.JSONEncoder):
    """Instants in UTC, whatever the cinema's time zone (`DATETIME_FORMAT` is None, so that they come here whole)."""

    def default(self, obj):
        return super().default(obj.astimezone(UTC) if isinstance(obj, datetime) else obj)


class JSONRenderer(renderers.JSONRenderer):
    encoder_class = JSONEncoder
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        response = (renderer_context or {}).get("response")
        if response is not None and response.exception:
            response["Content-Type"] = CONTENT_TYPE
        return super().render(data, accepted_media_type, renderer_context)


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    pass
