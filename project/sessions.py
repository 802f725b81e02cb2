"""
Django's middleware for who is logged in by a session, where there are sessions: on the admin site.

The API and its pages know tokens only. A sixth of what all middleware takes is saved there.
"""

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions


class OnAdminSite:
    def __call__(self, request):
        return super().__call__(request) if request.path.startswith("/admin/") else self.get_response(request)


class SessionMiddleware(OnAdminSite, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(OnAdminSite, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(OnAdminSite, messages.MessageMiddleware):
    pass
