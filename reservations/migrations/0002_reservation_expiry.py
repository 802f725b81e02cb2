from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reservations", "0001_initial")]
    operations = [
        AddIndexConcurrently(
            "reservation",
            models.Index(fields=["expires_at"], condition=models.Q(status="held"), name="reservation_expiry"),
        )
    ]
