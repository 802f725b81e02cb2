from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("showtimes", "0002_showtimes_never_overlap")]
    operations = [
        AddIndexConcurrently(
            "showtime", models.Index(fields=["status", "starts_at", "id"], name="showtime_status")
        )
    ]
