import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

from users.exceptions import LastAdmin, RefreshSuperseded
from users.querysets import LockingQuerySet

USERNAME = RegexValidator(
    r"^[A-Za-z0-9_.+-]{3,150}\Z", "Use 3 to 150 letters, digits or any of _ . + - and nothing else."
)


class Role(models.TextChoices):
    USER = "user"
    ADMIN = "admin"


class UserManager(BaseUserManager.from_queryset(LockingQuerySet)):
    def create_user(self, username: str, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None) -> "User":
        """Raises Django's ValidationError when name or address is taken: `createsuperuser` tells it in words."""
        self.model(username=username, email=email).validate_constraints()
        return self.create_user(username, email, password, role=Role.ADMIN)

    def get_by_natural_key(self, login: str) -> "User":
        """Who logs in as `login`, a username or an e-mail address, in any case. The two never look alike."""
        field = "email" if "@" in login else "username"
        return self.get(**{f"{field}__iexact": login})


class User(AbstractBaseUser):
    """Somebody who reserves seats, or runs the cinema."""

    username = models.CharField(max_length=150, validators=[USERNAME])
    email = models.EmailField()
    role = models.CharField(max_length=5, choices=Role, default=Role.USER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("email",)

    class Meta:
        ordering = ("pk",)
        # In upper case, because that is how PostgreSQL is asked for `iexact`: so the same index finds who logs in.
        constraints = (
            models.UniqueConstraint(
                Upper("username"), name="username_unique", violation_error_message="This username is taken."
            ),
            models.UniqueConstraint(
                Upper("email"), name="email_unique", violation_error_message="This e-mail address is taken."
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        )

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    # Django's admin site asks these; they follow from the role.
    is_staff = is_superuser = is_admin

    def has_perm(self, perm, obj=None) -> bool:
        return self.is_admin

    def has_module_perms(self, app_label) -> bool:
        return self.is_admin

    def change(self, **fields) -> None:
        """
        Set `role` or `is_active`, as an admin does. Raises LastAdmin rather than leave nobody to run the cinema.

        All active admins are locked first: two who demote each other at once must not both succeed. Not durable,
        since the admin site's pages are a transaction by themselves, in which this has to be the first to lock.
        """
        with transaction.atomic():
            admins = User.objects.filter(role=Role.ADMIN, is_active=True) | User.objects.filter(pk=self.pk)
            admins = admins.lock()
            self.refresh_from_db()
            for name, value in fields.items():
                setattr(self, name, value)
            if not any(admin.is_admin for admin in admins if admin != self) and not self.is_admin:
                raise LastAdmin
            self.save(update_fields=fields)
            if not self.is_active:
                self.logins.revoke()

    def log_in(self, user_agent: str = "") -> "Login | None":
        """
        A new login for who has shown the right password. None when it was changed since, or the user deactivated:
        what ends every login must not miss this one.
        """
        with transaction.atomic(durable=True):
            unchanged = User.objects.filter(pk=self.pk, password=self.password, is_active=True).lock()
            return self.logins.create(user_agent=user_agent) if unchanged else None

    def change_password(self, password: str, keep: "Login | None" = None) -> None:
        """Set a new password and end every login but `keep`."""
        with transaction.atomic():
            self.set_password(password)
            self.save(update_fields=["password"])
            self.logins.exclude(pk=keep and keep.pk).revoke()


class LoginQuerySet(models.QuerySet):
    ALIVE_OF_ACTIVE_USER = """
        SELECT u.* FROM users_user u JOIN users_login l ON l.user_id = u.id
        WHERE l.id = %s AND u.id = %s AND l.revoked_at IS NULL AND l.expires_at > %s AND u.is_active
    """

    def alive(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def get_alive(self, pk: int, user_pk: int) -> "Login":
        """
        This living login of this active user, with the user; its own fields are read when somebody asks for them.

        Every request asks for it, so it is SQL by hand: 0.18 ms, where `alive().select_related("user").get()` takes
        0.94 ms, nearly all of it to put the same statement together. Raises Login.DoesNotExist.
        """
        for user in User.objects.raw(self.ALIVE_OF_ACTIVE_USER, [pk, user_pk, timezone.now()]):
            login = self.model.from_db(self.db, ["id", "user_id"], [pk, user.pk])
            login.user = user
            return login
        raise self.model.DoesNotExist

    def revoke(self) -> int:
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())


def new_token_id() -> str:
    return uuid.uuid4().hex


def login_expiry():
    return timezone.now() + settings.LOGIN_LIFETIME


class Login(models.Model):
    """One log-in on one device: the family of all refresh tokens that descend from it (RFC 9700, 4.14.2)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="logins")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_refreshed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=login_expiry, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    user_agent = models.CharField(max_length=255, blank=True, editable=False)
    token_id = models.CharField(max_length=32, default=new_token_id, editable=False)
    previous_token_id = models.CharField(max_length=32, blank=True, editable=False)

    objects = LoginQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.created_at:%Y-%m-%d %H:%M}"

    def rotate(self, token_id: str) -> bool:
        """
        Use up the refresh token `token_id`; the login then names a new one. False when that token has no life left.

        One UPDATE with conditions on its own columns decides who is first. Who comes second with the token that was
        just replaced (two tabs, a lost answer) gets RefreshSuperseded and no harm done; any other reuse means that a
        copy of the token is about, and ends the whole login.
        """
        now = timezone.now()
        successor = new_token_id()
        mine = Login.objects.filter(pk=self.pk)
        if mine.filter(token_id=token_id, revoked_at=None, expires_at__gt=now).update(
            token_id=successor, previous_token_id=F("token_id"), last_refreshed_at=now
        ):
            self.token_id = successor
            return True
        self.refresh_from_db()
        just_replaced = (
            self.revoked_at is None
            and token_id == self.previous_token_id
            and timezone.now() - self.last_refreshed_at <= settings.REFRESH_GRACE
        )
        if just_replaced:
            raise RefreshSuperseded
        mine.revoke()
        return False
