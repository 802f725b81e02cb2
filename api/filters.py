from django_filters.rest_framework import DjangoFilterBackend


class ListFilterBackend(DjangoFilterBackend):
    """Filters lists alone: one thing is there, or not, whatever else its address asks."""

    def filter_queryset(self, request, queryset, view):
        is_list = getattr(view, "action", "list") == "list"
        return super().filter_queryset(request, queryset, view) if is_list else queryset
