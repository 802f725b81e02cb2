import pytest


@pytest.fixture
def media(settings, tmp_path):
    """The folder that holds the posters, empty, of this test only."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def url(movie, media) -> str:
    return f"/api/v1/movies/{movie.pk}/poster/"
