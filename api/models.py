from django.db import models


class ThrottleCounter(models.Model):
    """How often somebody did something in the window that ends at `expires_at`, in seconds since 1970."""

    key = models.CharField(max_length=80, primary_key=True)
    hits = models.PositiveIntegerField()
    expires_at = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return self.key
