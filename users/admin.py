from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.http import HttpResponse, HttpResponseRedirect
from rest_framework.exceptions import APIException

from users.models import AuditEntry, Login, User

admin.site.unregister(Group)  # a role is all that there is


class SaysWhy(admin.ModelAdmin):
    """
    Says why, where a model refuses: over the form, which keeps what was typed in, or as a message.

    The exceptions are those of the API, and would be a 500 here. They are caught outside of the page's transaction, so
    that nothing of what it did stays.
    """

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (APIException, IntegrityError) as refusal:
            request.refusal = reason_of(refusal)
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if not hasattr(request, "refusal"):
            return form

        class Refused(form):
            def clean(self):
                super().clean()
                raise forms.ValidationError(request.refusal)

        return Refused

    def delete_view(self, request, *args, **kwargs):
        try:
            return super().delete_view(request, *args, **kwargs)
        except (APIException, IntegrityError) as refusal:
            return self.refuse(request, refusal)

    def changelist_view(self, request, *args, **kwargs):
        try:
            return super().changelist_view(request, *args, **kwargs)
        except (APIException, IntegrityError) as refusal:
            return self.refuse(request, refusal)

    def refuse(self, request, refusal: Exception) -> HttpResponseRedirect:
        self.message_user(request, reason_of(refusal), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def reason_of(refusal: Exception) -> str:
    if isinstance(refusal, APIException):
        return " ".join(sentences(refusal.detail))
    return "Something that this hangs on was changed a moment ago. Look again."


def sentences(detail) -> list[str]:
    if isinstance(detail, str):
        return [detail]
    return [one for part in (detail.values() if isinstance(detail, dict) else detail) for one in sentences(part)]


class Audited(admin.ModelAdmin):
    """Leaves an entry for each change, in the transaction that makes it, as the API does."""

    def save_related(self, request, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        details = self.written(form, formsets)
        if details or not change:
            self.record(request, form.instance, "changed" if change else "created", **details)

    def written(self, form, formsets) -> dict:
        """What was filled in, for the entry; of a row of another table its key, or what it is called."""
        fields = {name: getattr(form.cleaned_data[name], "pk", form.cleaned_data[name]) for name in form.changed_data}
        lists = {
            formset.prefix: [str(each.instance) for each in formset.forms if each.instance.pk]
            for formset in formsets
            if formset.has_changed()
        }
        return fields | lists

    def delete_model(self, request, row: models.Model) -> None:
        self.record(request, row, "deleted")
        super().delete_model(request, row)

    def delete_queryset(self, request, rows: models.QuerySet) -> None:
        with transaction.atomic():
            for row in rows:
                self.record(request, row, "deleted")
            super().delete_queryset(request, rows)

    def record(self, request, row: models.Model, what: str, **details) -> None:
        AuditEntry.objects.record(f"{self.opts.model_name}.{what}", row, by=request.user, **details)


class ViewOnly(admin.ModelAdmin):
    """Written by the system alone: whatever a hand could do here would break a promise."""

    def has_add_permission(self, request, *args) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class UserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class NewUserForm(BaseUserCreationForm):
    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("username", "email", "role")


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit=True) -> User:
        is_usable = self.cleaned_data["set_usable_password"]
        self.user.change_password(self.cleaned_data["password1"] if is_usable else None)
        return self.user


@admin.register(User)
class UserAdmin(SaysWhy, Audited, auth.UserAdmin):
    """An admin who is active is not deleted but demoted first, which the last one cannot be."""

    form, add_form, change_password_form = UserForm, NewUserForm, PasswordForm
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        ("What they may", {"fields": ("role", "is_active")}),
        ("Since when", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "role", "password1", "password2")}),)
    readonly_fields = ("date_joined", "last_login")
    filter_horizontal = ()
    list_display = ("username", "email", "role", "is_active", "date_joined", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    date_hierarchy = "date_joined"
    ordering = ("pk",)

    def save_model(self, request, user: User, form, change: bool) -> None:
        if not change:
            user.save()
            return
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if rights := {name: changed.pop(name) for name in ("role", "is_active") if name in changed}:
            user.change(by=request.user, **rights)  # this reads the user again
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=changed)

    def written(self, form, formsets) -> dict:
        """Which fields, but not what was filled in: that is somebody's own. `User.change` writes down the rights."""
        fields = [name for name in form.changed_data if name in ("username", "email")]
        return {"fields": fields} if fields else {}

    def user_change_password(self, request, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                self.record(request, self.get_object(request, id), "password_changed")
        return response

    def has_delete_permission(self, request, user: User | None = None) -> bool:
        return super().has_delete_permission(request, user) and not (user and user.is_admin)

    def get_deleted_objects(self, users, request):
        """Their logins and idempotency keys go along, although nobody may delete those by themselves."""
        deleted, counts, lacking, protected = super().get_deleted_objects(users, request)
        return deleted, counts, lacking & {User._meta.verbose_name}, protected


@admin.register(Login)
class LoginAdmin(ViewOnly):
    fields = ("user", "user_agent", "created_at", "last_refreshed_at", "expires_at", "revoked_at")
    list_display = fields
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "user_agent")
    date_hierarchy = "created_at"


@admin.register(AuditEntry)
class AuditEntryAdmin(ViewOnly):
    fields = list_display = ("at", "actor", "action", "target", "details", "request_id")
    list_filter = ("at",)
    list_select_related = ("actor",)
    search_fields = ("=action", "=target", "=request_id", "=actor__username")
    search_help_text = "An action, a target, a request's id or a username, in full."
    date_hierarchy = "at"
    show_full_result_count = False
