from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated

__all__ = ["AllowAny", "IsAdmin", "IsAdminOrReadOnly", "IsAuthenticated"]


class IsAdmin(BasePermission):
    """Admins only: the default, so that a view that forgets to say otherwise is closed."""

    message = "Only an admin may do this."

    def has_permission(self, request, view) -> bool:
        return request.user.is_authenticated and request.user.is_admin


class IsAdminOrReadOnly(IsAdmin):
    """Everybody reads, admins write."""

    def has_permission(self, request, view) -> bool:
        return request.method in SAFE_METHODS or super().has_permission(request, view)
