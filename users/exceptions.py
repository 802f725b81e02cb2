from rest_framework.exceptions import APIException


class Conflict(APIException):
    """The same request could succeed in another state (RFC 9110, 15.5.10); `members` join the problem's body."""

    status_code = 409

    def __init__(self, detail: str | None = None, **members):
        super().__init__(detail)
        self.members = members


class LastAdmin(Conflict):
    default_code = "last_admin"
    default_detail = "This is the last active admin. Promote somebody else first."


class RefreshSuperseded(Conflict):
    default_code = "refresh_superseded"
    default_detail = "This refresh token was replaced a moment ago. Use the newer one."


class PayloadTooLarge(APIException):
    status_code = 413
    default_code = "payload_too_large"
    default_detail = "This is larger than the server takes. Send less at a time."
