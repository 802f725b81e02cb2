from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from api.media import media

handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.page_not_found"
handler500 = "api.problems.server_error"

urlpatterns = [
    path("api/v1/", include("api.urls")),
    path("admin/", admin.site.urls),
]

if settings.MEDIA_URL.startswith("/") and not settings.MEDIA_URL.startswith("//"):  # else another server has the files
    urlpatterns.append(path(f"{settings.MEDIA_URL[1:]}<path:name>", media))
