from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import urlsafe_base64_decode
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, validators
from rest_framework.exceptions import AuthenticationFailed

from users import mail
from users.models import USERNAME, AuditEntry, Login, User


class PasswordField(serializers.CharField):
    """Taken as it was typed, shown to nobody, and short enough that hashing it costs what it should."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=128, write_only=True, trim_whitespace=False, style={"input_type": "password"}, **kwargs
        )


def validate_new_password(password: str, user: User, field: str) -> None:
    """Raises ValidationError at `field` where Django's validators find the password too weak for this user."""
    try:
        password_validation.validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({field: serializers.as_serializer_error(error)["non_field_errors"]}) from None


class UniqueValidator(validators.UniqueValidator):
    """Without regard to case. Asks for nothing that is too long to be there: SQLite fails on a LIKE of 50,000 bytes."""

    def __init__(self, queryset: QuerySet, message: str):
        super().__init__(queryset, message, lookup="iexact")

    def __call__(self, value: str, field: serializers.CharField) -> None:
        if len(value) <= field.max_length:
            super().__call__(value, field)


# In a race the model's constraints have the last word.
UNIQUE = {
    "username": {"validators": [USERNAME, UniqueValidator(User.objects.all(), "This username is taken.")]},
    "email": {"validators": [UniqueValidator(User.objects.all(), "This e-mail address is taken.")]},
}


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ("id", "username", "email", "role", "is_active", "date_joined")
        read_only_fields = fields


class RegisterSerializer(serializers.ModelSerializer):
    password = PasswordField()

    class Meta:
        model = User
        fields = ("username", "email", "password")
        extra_kwargs = UNIQUE

    def validate(self, attrs):
        validate_new_password(attrs["password"], User(username=attrs["username"], email=attrs["email"]), "password")
        return attrs

    @transaction.atomic
    def create(self, validated_data) -> User:
        user = User.objects.create_user(**validated_data)
        AuditEntry.objects.record("user.registered", user, by=user)
        return user


class CredentialsSerializer(serializers.Serializer):
    """A username or e-mail address, and a password: whichever is wrong, the answer is the same, in the same time."""

    login = serializers.CharField(max_length=254, help_text="Username or e-mail address.")
    password = PasswordField()

    def save(self) -> Login:
        """Raises AuthenticationFailed."""
        request = self.context["request"]
        user = authenticate(request, username=self.validated_data["login"], password=self.validated_data["password"])
        login = user and user.log_in(request.headers.get("User-Agent", "")[:255])
        if login is None:
            User.objects.record_failed_login(self.validated_data["login"])
            detail = "No active account has this login and password. Try again, or reset the password."
            raise AuthenticationFailed(detail, "invalid_credentials")
        return login


class MeSerializer(serializers.ModelSerializer):
    current_password = PasswordField(required=False, help_text="Needed to change the e-mail address.")

    class Meta:
        model = User
        fields = ("username", "email", "current_password")
        extra_kwargs = UNIQUE

    def validate(self, attrs):
        password = attrs.pop("current_password", "")
        if attrs.get("email", self.instance.email) != self.instance.email:
            refuse_wrong_password(self.instance, password, "current_password")
        return attrs

    @transaction.atomic
    def update(self, user: User, validated_data) -> User:
        """Write nothing but these: role, activity or password may have changed since the user was read."""
        for name, value in validated_data.items():
            setattr(user, name, value)
        user.save(update_fields=validated_data)
        if validated_data:
            AuditEntry.objects.record("user.changed", user, by=user, fields=list(validated_data))
        return user


def refuse_wrong_password(user: User, password: str, field: str) -> None:
    if not user.check_password(password):
        raise serializers.ValidationError({field: "This is not your current password."})


class RoleSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ("role", "is_active")

    def update(self, user: User, validated_data) -> User:
        user.change(**validated_data)
        return user


class PasswordChangeSerializer(serializers.Serializer):
    old_password = PasswordField()
    new_password = PasswordField()

    def validate(self, attrs):
        user = self.context["request"].user
        refuse_wrong_password(user, attrs["old_password"], "old_password")
        validate_new_password(attrs["new_password"], user, "new_password")
        return attrs

    @transaction.atomic
    def save(self) -> None:
        request = self.context["request"]
        request.user.change_password(self.validated_data["new_password"], keep=request.auth)
        AuditEntry.objects.record("user.password_changed", request.user, by=request.user)


class PasswordResetSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)

    def save(self) -> None:
        mail.send_password_reset(self.validated_data["email"])


class PasswordResetConfirmSerializer(serializers.Serializer):
    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=128)
    new_password = PasswordField()

    def validate(self, attrs):
        self.user = self.user_of(attrs)
        validate_new_password(attrs["new_password"], self.user, "new_password")
        return attrs

    def user_of(self, link: dict) -> User:
        """The active user whom this link was mailed to. Raises ValidationError at `token`."""
        try:
            user = User.objects.get(pk=int(urlsafe_base64_decode(link["uid"])[:18]), is_active=True)
        except (ValueError, User.DoesNotExist):
            user = None
        if not default_token_generator.check_token(user, link["token"]):
            raise serializers.ValidationError({"token": "This link was used, or is too old. Ask for a new one."})
        return user

    def save(self) -> None:
        """Look at the link again under the user's lock: of two who use it at once, one comes too late."""
        with transaction.atomic(durable=True):
            User.objects.filter(pk=self.user.pk).lock()
            user = self.user_of(self.validated_data)
            user.change_password(self.validated_data["new_password"])
            AuditEntry.objects.record("user.password_reset", user, by=user)


class LoginSerializer(serializers.ModelSerializer):
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = Login
        fields = ("id", "created_at", "last_refreshed_at", "user_agent", "is_current")
        read_only_fields = fields

    def get_is_current(self, login: Login) -> bool:
        return login == self.context["request"].auth


class TokenPairSerializer(serializers.Serializer):
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField(max_length=4096, write_only=True)


class CsrfSerializer(serializers.Serializer):
    csrf_token = serializers.CharField(read_only=True)


class ActorSerializer(serializers.Serializer):
    """Who did it. Without a name, where the account was deleted since."""

    id = serializers.IntegerField(source="actor_id", read_only=True)
    username = serializers.CharField(source="actor.username", default=None, allow_null=True, read_only=True)


class AuditEntrySerializer(serializers.ModelSerializer):
    actor = serializers.SerializerMethodField()
    details = serializers.DictField()

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "actor", "action", "target", "details", "request_id")
        read_only_fields = fields

    @extend_schema_field(ActorSerializer(allow_null=True))
    def get_actor(self, entry: AuditEntry) -> dict | None:
        return ActorSerializer(entry).data if entry.actor_id else None
