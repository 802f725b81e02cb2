from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from api import problems
from api.middleware import NO_PAGE
from movies import posters


@csrf_exempt
def media(request, name: str) -> HttpResponseBase:
    """
    A poster or thumbnail, and nothing else that may lie in `MEDIA_ROOT`. GET and HEAD.

    It cannot run, whatever is in it: the browser may neither guess another type nor load or execute anything (OWASP
    File Upload Cheat Sheet). A name is random and never used twice, so that it can be cached for ever (RFC 8246).
    """
    if refusal := problems.refuse_to_write(request, "a file"):
        return refusal
    if not posters.NAME.fullmatch(name):
        raise Http404
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        filename=PurePosixPath(name).name,
        content_type="image/webp",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": NO_PAGE,
            "Cross-Origin-Resource-Policy": "cross-origin",  # posters may be shown on any page
            "X-Content-Type-Options": "nosniff",
        },
    )
