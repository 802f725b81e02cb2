import pytest


@pytest.fixture
def media(settings, tmp_path):
    """The folder that holds the posters, empty, of this test only."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def url(movie, media) -> str:
    return f"/api/v1/movies/{movie.pk}/poster/"


@pytest.fixture
def at_commit(request, django_capture_on_commit_callbacks):
    """What waits for the commit is done, where a test runs in a transaction that never is committed."""
    if request.node.get_closest_marker("django_db"):
        yield
    else:
        with django_capture_on_commit_callbacks(execute=True):
            yield
