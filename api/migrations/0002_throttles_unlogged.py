from django.db import migrations


def forwards(apps, schema_editor):
    """Counters may be lost in a crash; that spares each throttled request the wait for a write to disk."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE api_throttlecounter SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
    accepted = {"takes time": "The table is new in the same release, and empty."}
