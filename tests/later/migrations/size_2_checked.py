from django.db import migrations

from users.operations import ValidateConstraint


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reservations", "size_1_column")]
    operations = [ValidateConstraint("reservation", "size_positive")]
