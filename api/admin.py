from datetime import UTC, datetime

from django.contrib import admin

from api.models import ThrottleCounter
from users.admin import ViewOnly


@admin.register(ThrottleCounter)
class ThrottleCounterAdmin(ViewOnly):
    fields = list_display = ("key", "hits", "ends_at")
    search_fields = ("key",)

    @admin.display(ordering="expires_at")
    def ends_at(self, counter: ThrottleCounter) -> datetime:
        return datetime.fromtimestamp(counter.expires_at, UTC)
