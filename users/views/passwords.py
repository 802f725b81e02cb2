from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from users.permissions import IsAuthenticated
from users.serializers import PasswordChangeSerializer, PasswordResetConfirmSerializer, PasswordResetSerializer
from users.views.auth import JSON_ONLY, PublicView


class SavingView(GenericAPIView):
    """Does what its serializer says, and has nothing to show for it."""

    parser_classes = JSON_ONLY
    status = status.HTTP_204_NO_CONTENT

    def save(self, request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(status=self.status)


class PasswordChangeView(SavingView):
    serializer_class = PasswordChangeSerializer
    permission_classes = (IsAuthenticated,)
    throttle_scope = "login"  # who found an open session could guess

    @extend_schema(responses={204: None})
    def post(self, request):
        """
        Change your password

        Ends every other login of yours; this one goes on.
        """
        return self.save(request)


class PasswordResetView(PublicView, SavingView):
    serializer_class = PasswordResetSerializer
    throttle_scope = "password_reset"
    throttle_account = "email"
    status = status.HTTP_202_ACCEPTED

    @extend_schema(responses={202: None})
    def post(self, request):
        """
        Ask for a link to reset a password

        Mails a link that works once, for an hour, if there is an active account with this address; the answer does
        not tell.
        """
        return self.save(request)


class PasswordResetConfirmView(PublicView, SavingView):
    serializer_class = PasswordResetConfirmSerializer

    @extend_schema(responses={204: None})
    def post(self, request):
        """
        Reset a password

        Takes `uid` and `token` from the mailed link. Ends every login of the account.
        """
        return self.save(request)
