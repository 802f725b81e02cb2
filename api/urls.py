"""Every path below /api/v1/, in one place."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from api.views import RootView
from movies.views import GenreViewSet, MovieViewSet
from reservations.views import ReservationViewSet, SalesExportView, SalesView, ShowtimeCancelView
from showtimes.views import HallViewSet, ScheduleView, ShowtimeViewSet
from users.permissions import AllowAny
from users.views import audit, auth, passwords, users


class Router(SimpleRouter):
    def get_lookup_regex(self, viewset, lookup_prefix="") -> str:
        """Ids are whole numbers, unless a viewset says otherwise; any other path does not exist."""
        return super().get_lookup_regex(viewset, lookup_prefix).replace("<str:", "<int:")


PUBLIC = {"authentication_classes": (), "permission_classes": (AllowAny,)}

router = Router(use_regex_path=False)
router.register("genres", GenreViewSet, "genre")
router.register("movies", MovieViewSet, "movie")
router.register("halls", HallViewSet, "hall")
router.register("showtimes", ShowtimeViewSet, "showtime")
router.register("reservations", ReservationViewSet, "reservation")
router.register("users/me/logins", users.LoginViewSet, "login")
router.register("users", users.UserViewSet, "user")
router.register("audit", audit.AuditViewSet, "audit")

urlpatterns = [
    path("", RootView.as_view(), name="api-root"),
    path("schema/", SpectacularAPIView.as_view(**PUBLIC), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(template_name="api/docs.html", **PUBLIC), name="docs"),
    path("auth/register/", auth.RegisterView.as_view(), name="register"),
    path("auth/login/", auth.LoginView.as_view(), name="login"),
    path("auth/refresh/", auth.RefreshView.as_view()),
    path("auth/logout/", auth.LogoutView.as_view(), name="logout"),
    path("auth/logout/all/", auth.LogoutAllView.as_view()),
    path("auth/csrf/", auth.CsrfView.as_view()),
    path("auth/token/", auth.TokenView.as_view(), name="token"),
    path("auth/token/refresh/", auth.TokenRefreshView.as_view()),
    path("auth/password/change/", passwords.PasswordChangeView.as_view()),
    path("auth/password/reset/", passwords.PasswordResetView.as_view()),
    path("auth/password/reset/confirm/", passwords.PasswordResetConfirmView.as_view()),
    path("users/me/", users.MeView.as_view(), name="me"),
    path("showtimes/<int:pk>/cancel/", ShowtimeCancelView.as_view(), name="showtime-cancel"),
    path("reports/sales/", SalesView.as_view(), name="sales"),
    path("reports/sales/export/", SalesExportView.as_view()),
    path("schedule/", ScheduleView.as_view(), name="schedule"),
    *router.urls,
]
