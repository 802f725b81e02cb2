from users.permissions import IsAuthenticated


class IsOwner(IsAuthenticated):
    """Whose reservation it is; an admin sees it too, but does not confirm in somebody's place."""

    message = "Only whoever holds this reservation may confirm it."

    def has_object_permission(self, request, view, reservation) -> bool:
        return reservation.user_id == request.user.pk
