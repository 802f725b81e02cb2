from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("users", "0003_user_role")]
    operations = [
        AddIndexConcurrently(
            "user", models.Index(fields=["id"], condition=models.Q(is_active=False), name="user_inactive")
        )
    ]
