from project.settings import *  # noqa: F403

WHITENOISE_USE_FINDERS = True  # no `collectstatic` before the tests
