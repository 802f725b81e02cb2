from project.settings import *  # noqa: F403

MIGRATION_MODULES = {"reservations": "tests.later.migrations"}
