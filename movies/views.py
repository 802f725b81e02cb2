from django.db import IntegrityError
from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from movies.exceptions import GenreInUse, MovieInUse
from movies.filters import MovieFilter
from movies.models import Genre, Movie
from movies.serializers import GenreSerializer, MovieSerializer, PosterSerializer
from users.permissions import IsAdminOrReadOnly
from users.views.audit import AuditedWrites
from users.views.displayed import Displayed

POSTER = {"type": "object", "properties": {"poster": {"type": "string", "format": "binary"}}, "required": ["poster"]}


class GenreViewSet(AuditedWrites, viewsets.ModelViewSet):
    """The kinds of film that there are."""

    queryset = Genre.objects.all()
    serializer_class = GenreSerializer
    permission_classes = (IsAdminOrReadOnly,)
    lookup_field = "slug"
    lookup_value_converter = "slug"
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    conflicts = {"destroy": (GenreInUse,)}

    def perform_destroy(self, genre: Genre) -> None:
        try:
            super().perform_destroy(genre)
        except (ProtectedError, IntegrityError):
            raise GenreInUse from None


class MovieViewSet(Displayed, AuditedWrites, viewsets.ModelViewSet):
    """The films that are shown, were shown or will be."""

    queryset = Movie.objects.all()
    serializer_class = MovieSerializer
    permission_classes = (IsAdminOrReadOnly,)
    filterset_class = MovieFilter
    conflicts = {"destroy": (MovieInUse,)}

    def perform_destroy(self, movie: Movie) -> None:
        try:
            super().perform_destroy(movie)
        except (ProtectedError, IntegrityError):
            raise MovieInUse from None

    # PARSER_WHITELIST keeps forms out of the schema, so this body has to be given by hand.
    @extend_schema(request={"multipart/form-data": POSTER})
    @action(detail=True, methods=["put"], parser_classes=(MultiPartParser,))
    def poster(self, request, pk=None):
        """
        Give a movie a poster

        One JPEG, PNG or WebP file, which replaces the poster that is there. It is stored upright, as WebP without any
        metadata, at most 1200 × 1800 pixels large, with a thumbnail of at most 300 × 450.
        """
        movie = self.get_object()
        serializer = PosterSerializer(movie, data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return Response(self.get_serializer(serializer.save(by=request.user)).data)

    @extend_schema(request=None, responses={204: None})
    @poster.mapping.delete
    def delete_poster(self, request, pk=None):
        """
        Take a movie's poster away

        Where there is none, none is taken.
        """
        self.get_object().remove_poster(by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
