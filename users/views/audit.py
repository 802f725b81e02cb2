from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import import_string
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from users.filters import AuditFilter
from users.models import AuditEntry
from users.serializers import AuditEntrySerializer


class AuditViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Who did what, to whom or what, and when; newest first. Nothing and nobody changes it."""

    queryset = AuditEntry.objects.select_related("actor")
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    pagination_class = import_string(settings.CURSOR_PAGINATION_CLASS)

    def list(self, request, *args, **kwargs):
        """
        Read the audit log

        Newest first. `actor` is null where nobody was logged in, and its `username` where the account is gone;
        `target` is empty where a log-in named no account.
        """
        return super().list(request, *args, **kwargs)


class AuditedWrites:
    """For a viewset in which admins write: what they do leaves an entry, in the transaction that does it."""

    def perform_create(self, serializer: BaseSerializer) -> None:
        with transaction.atomic():
            self.record("created", serializer.save(), **written(serializer))

    def perform_update(self, serializer: BaseSerializer) -> None:
        with transaction.atomic():
            self.record("changed", serializer.save(), **written(serializer))

    def perform_destroy(self, instance: models.Model) -> None:
        with transaction.atomic():
            self.record("deleted", instance)
            instance.delete()

    def record(self, what: str, instance: models.Model, **details) -> None:
        action = f"{instance._meta.model_name}.{what}"
        AuditEntry.objects.record(action, instance, by=self.request.user, **details)


def written(serializer: BaseSerializer) -> dict:
    """The fields that were sent, as the answer shows them."""
    sent = {name for name, field in serializer.fields.items() if field.source in serializer.validated_data}
    return {name: value for name, value in serializer.data.items() if name in sent}
