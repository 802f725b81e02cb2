"""The application with a view that fails in two ways, for a real server: `gunicorn tests.project.broken`."""

from django.db import OperationalError
from django.urls import resolve

from project.wsgi import application

__all__ = ["application"]


def fails(self, request):
    password = request.data["password"]  # no traceback may show what is in it
    if password == "locked":
        raise OperationalError("the database is locked\nDETAIL: by somebody@example.org")
    raise RuntimeError(f"{request.data['email']} asked for too much")


resolve("/api/v1/genres/").func.cls.create = fails
