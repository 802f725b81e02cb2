from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reservations", "0002_reservation_expiry")]
    operations = [
        AddIndexConcurrently(
            "reservation",
            models.Index(fields=["-id"], condition=models.Q(status="held"), name="reservation_newest_hold"),
        )
    ]
