"""What `reservations/migrations` could be one day: all that is there, and the worked example of docs/migrations.md."""

import pkgutil

from reservations import migrations

LAST = max(module.name for module in pkgutil.iter_modules(migrations.__path__))  # of those that are there
__path__ = [*__path__, *migrations.__path__]
