from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reservations", "size_2_checked")]
    operations = [AddIndexConcurrently("reservation", models.Index(fields=["size"], name="reservation_size"))]
