from rest_framework.response import Response


class Displayed:
    """For a viewset of a `DisplayedQuerySet`: what is asked for is found by its key, and then read as it is shown."""

    def paginate_queryset(self, queryset) -> list:
        return self.queryset.displayed([row["pk"] for row in super().paginate_queryset(queryset.values("pk"))])

    def retrieve(self, request, *args, **kwargs) -> Response:
        return Response(self.get_serializer(self.queryset.get_displayed(self.get_object().pk)).data)
