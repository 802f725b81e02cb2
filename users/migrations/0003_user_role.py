from django.db import migrations, models

from users.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("users", "0002_audit_log")]
    operations = [AddIndexConcurrently("user", models.Index(fields=["role", "id"], name="user_role"))]
