from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from users.exceptions import LastAdmin
from users.filters import UserFilter
from users.models import Login, User
from users.permissions import IsAuthenticated
from users.serializers import LoginSerializer, MeSerializer, RoleSerializer, UserSerializer


class MeView(GenericAPIView):
    permission_classes = (IsAuthenticated,)
    serializer_class = MeSerializer

    @property
    def throttle_scope(self) -> str | None:
        """A change can be a guess at `current_password`."""
        return "login" if self.request.method == "PATCH" else None

    @extend_schema(responses=UserSerializer)
    def get(self, request):
        """Who you are"""
        return Response(UserSerializer(request.user).data)

    @extend_schema(responses=UserSerializer)
    def patch(self, request):
        """
        Change your username or e-mail address

        A new e-mail address needs `current_password`.
        """
        serializer = self.get_serializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(UserSerializer(serializer.save()).data)


class UserViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Admins see everybody, promote, demote and deactivate."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilter
    conflicts = {"partial_update": (LastAdmin,)}

    @extend_schema(request=RoleSerializer, responses=UserSerializer)
    def partial_update(self, request, *args, **kwargs):
        """
        Promote, demote, deactivate or reactivate somebody

        Takes effect on their next request. The last active admin stays one.
        """
        serializer = RoleSerializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(UserSerializer(serializer.save(by=request.user)).data)


class LoginViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """Your own logins that are alive: one for each device."""

    queryset = Login.objects.all()
    serializer_class = LoginSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self):
        return super().get_queryset().filter(user=self.request.user.pk).alive()

    def perform_destroy(self, login: Login) -> None:
        login.end(by=self.request.user)
