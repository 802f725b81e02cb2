"""
Every operation, and a valid request for each: what the tables of access and of attacks go through.

A new operation of the API is in `OPERATIONS` by itself, read from the schema. `Cinema.thing` tells what its path names,
and `Cinema.body` what it takes: one of the examples that the schema has of it.
"""

import re
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlencode

import yaml
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from PIL import Image
from rest_framework.test import APIClient

from movies.models import Genre
from project.settings import BASE_DIR
from tests.cast import PASSWORD, make_user
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve
from tests.clients import browser, program
from users.models import Login, Role, User
from users.tokens import RefreshToken

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
NEW_PASSWORD = "gazpacho-with-nettles-43"


class Operation(NamedTuple):
    method: str
    path: str
    takes: str = JSON


SCHEMA = yaml.safe_load((BASE_DIR / "schema.yml").read_text())  # what was agreed upon, whatever the code has since
IN_SCHEMA = {
    operation["operationId"]: Operation(method.upper(), path, *operation.get("requestBody", {"content": ()})["content"])
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}
OUTSIDE = {
    "root": Operation("GET", "/api/v1/"),
    "schema": Operation("GET", "/api/v1/schema/"),
    "docs": Operation("GET", "/api/v1/docs/"),
    "page_login": Operation("GET", "/login/"),
    "page_login_send": Operation("POST", "/login/", FORM),
    "page_logout": Operation("GET", "/logout/"),
    "page_logout_send": Operation("POST", "/logout/", FORM),
    "page_logout_of_refresh": Operation("GET", "/api/v1/auth/logout/page/"),
    "page_logout_of_refresh_send": Operation("POST", "/api/v1/auth/logout/page/", FORM),
    "page_register": Operation("GET", "/register/"),
    "page_register_send": Operation("POST", "/register/", FORM),
    "admin_site": Operation("GET", "/admin/"),
    "favicon": Operation("GET", "/favicon.ico"),
    "media": Operation("GET", "/media/{name}"),
    "livez": Operation("GET", "/livez"),
    "readyz": Operation("GET", "/readyz"),
}
OPERATIONS = IN_SCHEMA | OUTSIDE


def parameters_of(operation: str, where: str) -> set[str]:
    """The names of what it can be asked in the `path`, the `query` or a `header`, by the schema."""
    listed = entry_of(operation).get("parameters", ())
    return {each["name"] for each in listed if each["in"] == where}


def fields_of(operation: str) -> set[str]:
    """The names of the fields that its body has, by the schema."""
    schema = next(iter(entry_of(operation).get("requestBody", {}).get("content", {}).values()), {}).get("schema", {})
    if "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", ()))


def examples_of(operation: str) -> dict[str, dict]:
    """Bodies for it, by name, by the schema."""
    content = entry_of(operation).get("requestBody", {}).get("content", {}) if operation in IN_SCHEMA else {}
    return {name: each["value"] for name, each in content.get(JSON, {}).get("examples", {}).items()}


def entry_of(operation: str) -> dict:
    method, path, _ = IN_SCHEMA[operation]
    return SCHEMA["paths"][path][method.lower()]


class Cinema:
    """
    One of everything, and a valid request for each operation on it.

    `owner` is whose reservation, hold and login it is, `other` some other user, and `admin` runs the cinema and owns
    none of them. `deactivated`, `demoted` and `ended` came in while they could, and then something happened to them.
    """

    def __init__(self):
        self.owner, self.other, self.admin = make_user("alice"), make_user("bob"), make_user("ada", Role.ADMIN)
        self.charlie, self.dan = make_user("charlie"), make_user("dan", Role.ADMIN)
        self.showtime = make_showtime()
        self.free = ids_of(self.showtime, "B1", "B2")
        self.reservation = reserve(self.owner, self.showtime, "A1")
        self.hold = reserve(self.owner, self.showtime, "A2", hold=True)
        self.login = self.owner.logins.create()
        # Nothing depends on these, so that they can be deleted.
        self.genre = Genre.objects.create(name="Unused", slug="unused")
        self.movie, self.hall, self.unsold = make_movie("Unshown"), make_hall(9), make_showtime(make_movie("Unsold"))

    def log_in(self, role: str) -> Login | None:
        """The login with which this role comes, made before anything happened to it."""
        match role:
            case "anonymous":
                return None
            case "owner" | "other" | "admin":
                return getattr(self, role).logins.create()
            case "deactivated":
                login = self.owner.logins.create()
                User.objects.filter(pk=self.owner.pk).update(is_active=False)
            case "demoted":
                login = self.dan.logins.create()
                User.objects.filter(pk=self.dan.pk).update(role=Role.USER)
            case "ended":
                login = self.owner.logins.create()
                Login.objects.filter(pk=login.pk).revoke()
        return login

    def thing(self, operation: str) -> object:
        """What the operation's path names."""
        things = {
            "users_me_logins": self.login.pk,
            "users": self.charlie.pk,
            "genres": self.genre.slug,
            "movies": self.movie.pk,
            "halls": self.hall.pk,
            "showtimes_destroy": self.unsold.pk,
            "showtimes": self.showtime.pk,
            "reservations_confirm": self.hold.pk,
            "reservations": self.reservation.pk,
            "media": "nothing.webp",
        }
        return next((thing for name, thing in things.items() if operation.startswith(name)), None)

    def body(self, operation: str, login: Login | None = None, example: str | None = None) -> dict | None:
        """
        What it takes: an example of the schema, the first one if none is named, but of this cinema's own things.

        Where that is credentials, they are this login's; without one, charlie's.
        """
        own, examples = self.own(operation, login), examples_of(operation)
        if not examples:
            return own or None
        body = examples[example] if example else next(iter(examples.values()))
        return {name: own.get(name, value) for name, value in body.items()}

    def own(self, operation: str, login: Login | None) -> dict:
        user = login.user if login else self.charlie
        credentials = {"login": user.username, "password": PASSWORD}
        dora = {"username": "dora", "email": "dora@example.org", "password": PASSWORD}
        movie = {"genres": ["unused"]}
        return {
            "auth_login": credentials,
            "auth_password_change": {"old_password": PASSWORD, "new_password": NEW_PASSWORD},
            "auth_password_reset": {"email": user.email},
            "auth_password_reset_confirm": {
                "uid": urlsafe_base64_encode(force_bytes(user.pk)),
                "token": default_token_generator.make_token(user),
                "new_password": NEW_PASSWORD,
            },
            "auth_token": credentials,
            "auth_token_refresh": {"refresh": str(RefreshToken.of(login or user.logins.create()))},
            "users_me_partial_update": {"current_password": PASSWORD},
            "movies_create": movie,
            "movies_update": movie,
            "movies_partial_update": movie,
            "movies_poster_update": {"poster": poster()},
            "showtimes_create": {"movie_id": self.movie.pk, "hall_number": 9},
            "showtimes_seats_block": {"seat_ids": self.free[:1]},
            "showtimes_seats_unblock": {"seat_ids": self.free[:1]},
            "reservations_create": {"showtime_id": self.showtime.pk, "seat_ids": self.free},
            "reservations_cancel": {"seat_ids": ids_of(self.showtime, "A1")},
            "page_login_send": credentials,
            "page_register_send": dora,
        }.get(operation, {})

    def path(self, operation: str) -> str:
        return re.sub(r"{\w+}", str(self.thing(operation)), OPERATIONS[operation].path)

    def send(self, client: APIClient, operation: str, body: dict | None, **headers):
        method, _, takes = OPERATIONS[operation]
        path = self.path(operation)
        if takes == MULTIPART:
            body["poster"].seek(0)  # it may have been sent before
        if takes == FORM:
            return client.generic(method, path, urlencode(body or {}), FORM, **headers)
        kind = "multipart" if takes == MULTIPART else "json"
        return getattr(client, method.lower())(path, body, format=kind, **headers)


def come_in(way: str, login: Login | None) -> APIClient:
    """By cookie as a browser does, or by bearer as a program does; without a login, with neither."""
    if way == "cookie":
        return browser(login)
    return program(login) if login else APIClient(enforce_csrf_checks=True)


def poster() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (2, 3)).save(picture, "PNG")
    return SimpleUploadedFile("poster.png", picture.getvalue())
