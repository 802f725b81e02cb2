from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from api.media import media
from api.pages import LoginPage, LogoutPage, RegisterPage
from users.cookies import REFRESH_PATH

handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.page_not_found"
handler500 = "api.problems.server_error"

urlpatterns = [
    path(f"{REFRESH_PATH[1:]}logout/page/", LogoutPage.as_view(), name="logout-page-of-refresh-cookie"),
    path("api/v1/", include("api.urls")),
    path("login/", LoginPage.as_view(), name="login-page"),
    path("logout/", LogoutPage.as_view(), name="logout-page"),
    path("register/", RegisterPage.as_view(), name="register-page"),
    path("admin/", admin.site.urls),
    # Pictures and plain JSON cannot name their icon, so that browsers look for it here.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}api/icon.svg")),
]

if settings.MEDIA_URL.startswith("/") and not settings.MEDIA_URL.startswith("//"):  # else another server has the files
    urlpatterns.append(path(f"{settings.MEDIA_URL[1:]}<path:name>", media))
