from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from users.exceptions import LastAdmin
from users.models.audit import AuditEntry
from users.models.login import Login
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
        with transaction.atomic():
            user = self.create_user(username, email, password, role=Role.ADMIN)
            AuditEntry.objects.record("user.created", user)
        return user

    def get_by_natural_key(self, login: str) -> "User":
        """Who logs in as `login`, a username or an e-mail address, in any case. The two never look alike."""
        return self.known_as(login).get()

    def known_as(self, login: str) -> models.QuerySet["User"]:
        field = "email" if "@" in login else "username"
        return self.filter(**{f"{field}__iexact": login})

    def record_failed_login(self, login: str) -> None:
        """
        Write down that somebody failed to log in as `login`: the account, where there is one, else nothing of what
        was typed, for it may be a password in the wrong field. As many statements either way: no oracle for names.
        """
        AuditEntry.objects.record("login.failed", self.known_as(login).first())


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
        # PostgreSQL has one more: migration 0005's, to search for a part of a name or address.
        indexes = (
            models.Index(fields=("role", "id"), name="user_role"),
            models.Index(fields=("id",), condition=Q(is_active=False), name="user_inactive"),
        )
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

    def change(self, by: "User | None" = None, **fields) -> None:
        """
        Set `role` or `is_active`, as an admin does; without `by`, a program. Raises LastAdmin rather than leave nobody
        to run the cinema.

        All active admins are locked first: two who demote each other at once must not both succeed. Not durable,
        since the admin site's pages are a transaction by themselves, in which this has to be the first to lock.
        """
        with transaction.atomic():
            admins = User.objects.filter(role=Role.ADMIN, is_active=True) | User.objects.filter(pk=self.pk)
            admins = admins.lock()
            self.refresh_from_db()
            was_admin = self.is_admin
            changed = {name: value for name, value in fields.items() if value != getattr(self, name)}
            for name, value in changed.items():
                setattr(self, name, value)
            if was_admin and not self.is_admin and not any(admin.is_admin for admin in admins if admin != self):
                raise LastAdmin
            self.save(update_fields=changed)
            if not self.is_active:
                self.logins.revoke()
            if changed:
                AuditEntry.objects.record("user.rights_changed", self, by=by, **changed)

    def log_in(self, user_agent: str = "") -> Login | None:
        """
        A new login for who has shown the right password. None when it was changed since, or the user deactivated:
        what ends every login must not miss this one.
        """
        with transaction.atomic(durable=True):
            unchanged = User.objects.filter(pk=self.pk, password=self.password, is_active=True).lock()
            if not unchanged:
                return None
            login = self.logins.create(user_agent=user_agent)
            AuditEntry.objects.record("login.succeeded", self, by=self, login_id=login.pk)
            return login

    def log_out_everywhere(self) -> None:
        with transaction.atomic():
            if ended := self.logins.revoke():
                AuditEntry.objects.record("login.ended_everywhere", self, by=self, logins=ended)

    def change_password(self, password: str, keep: Login | None = None) -> None:
        """Set a new password and end every login but `keep`. Whoever calls this writes down who did it, and how."""
        with transaction.atomic():
            self.set_password(password)
            self.save(update_fields=["password"])
            self.logins.exclude(pk=keep and keep.pk).revoke()
