from django.db import migrations

# No two scheduled showtimes are in one hall at once, turnaround included, whoever writes and however many at once.

POSTGRESQL = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE showtimes_showtime ADD CONSTRAINT showtimes_never_overlap
EXCLUDE USING gist (hall_id WITH =, tstzrange(starts_at, occupied_until) WITH &&) WHERE (status = 'scheduled');
"""

# Whoever alters this table on SQLite makes these triggers again: Django copies the table, and triggers stay behind.
# The tests of overlaps tell. The bound on starts_at is the longest occupation (600 + 600 minutes) and a margin.
SQLITE = """
CREATE TRIGGER showtimes_never_overlap_{event}
BEFORE {event} ON showtimes_showtime WHEN NEW.status = 'scheduled' AND EXISTS (
    SELECT 1 FROM showtimes_showtime
    WHERE hall_id = NEW.hall_id AND id IS NOT NEW.id AND status = 'scheduled'
    AND starts_at > datetime(NEW.starts_at, '-21 hours')
    AND starts_at < NEW.occupied_until AND occupied_until > NEW.starts_at
) BEGIN SELECT RAISE(ABORT, 'showtimes_never_overlap'); END
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        schema_editor.execute(SQLITE.format(event="INSERT"))
        schema_editor.execute(SQLITE.format(event="UPDATE"))


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE showtimes_showtime DROP CONSTRAINT showtimes_never_overlap")
    else:
        schema_editor.execute("DROP TRIGGER showtimes_never_overlap_INSERT")
        schema_editor.execute("DROP TRIGGER showtimes_never_overlap_UPDATE")


class Migration(migrations.Migration):
    dependencies = [("showtimes", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
    accepted = {"takes time": "The table is as new as this constraint, and empty."}
