from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("showtimes", "0003_showtime_status")]
    operations = [
        AddIndexConcurrently("showtime", models.Index(fields=["-price", "id"], name="showtime_dearest"))
    ]
