from django.db import migrations

from users.operations import trigram_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("users", "0004_user_inactive")]
    operations = [trigram_index("user_search", "users_user", "username", "email")]
