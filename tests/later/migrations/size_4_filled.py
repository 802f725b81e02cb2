from django.db import migrations, transaction
from django.db.models import Count, OuterRef, Subquery

BATCH = 500


def fill(apps, schema_editor):
    """A few rows at a time, locked in the order of everybody else; broken off, it goes on from there the next time."""
    reservations = apps.get_model("reservations", "Reservation").objects.all()
    size = reservations.filter(pk=OuterRef("pk")).order_by().values(n=Count("reserved_seats"))
    empty = reservations.filter(size=None).order_by("pk").select_for_update(no_key=True)
    batch = True
    while batch:
        with transaction.atomic():
            batch = list(empty.values_list("pk", flat=True)[:BATCH])
            reservations.filter(pk__in=batch).update(size=Subquery(size))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reservations", "size_3_index")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
