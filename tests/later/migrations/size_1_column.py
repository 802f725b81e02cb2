from django.db import migrations, models

from tests.later.migrations import LAST
from users.operations import AddConstraintNotValid


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("reservation", "size", models.IntegerField(null=True)),
        AddConstraintNotValid(
            "reservation", models.CheckConstraint(condition=models.Q(size__gt=0), name="size_positive")
        ),
    ]
    dependencies = [("reservations", LAST)]
