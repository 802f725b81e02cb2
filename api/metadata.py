from rest_framework.metadata import SimpleMetadata

from api.problems import answer_in_words


class Metadata(SimpleMetadata):
    """What OPTIONS tells of a view."""

    def determine_metadata(self, request, view) -> dict:
        answer_in_words(request)
        return super().determine_metadata(request, view)
