from django.db import models
from django.http import Http404


class RowCount(models.Subquery):
    """
    How many rows a queryset has, beside each row of another.

    `Count` in a Subquery makes a group of them, which takes PostgreSQL a sixth longer and is NULL where there are none.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()

    def __init__(self, queryset: models.QuerySet):
        super().__init__(queryset.order_by().values("pk"))


class DisplayedQuerySet(models.QuerySet):
    """
    Of rows that answers show with much around them: whoever looks for some finds their keys, by filters, order and
    page that no two requests need have alike, and `displayed` reads what is shown of these by prepared statements.
    """

    def displayed(self, pks: list[int]) -> list:
        """These rows, as answers show them, in this order. What is gone by now is left out."""
        rows = {row.pk: row for row in self.read_for_display(pks)}
        return [rows[pk] for pk in pks if pk in rows]

    def get_displayed(self, pk: int) -> models.Model:
        """Raises Http404."""
        for row in self.displayed([pk]):
            return row
        raise Http404


class LockingQuerySet(models.QuerySet):
    def lock(self) -> list:
        """These rows, locked until the transaction ends, in primary-key order."""
        return list(self.locking())

    def locking(self) -> models.QuerySet:
        """
        These rows, to be locked when they are read: by `lock`, here or prepared.

        The one way to lock anything here. Everybody locks in the order user → showtime → hall → seats, and within one
        table by primary key, so that no two transactions wait for each other in a ring. What was read before a lock
        may be stale by the time it is granted: read the facts again after it, in statements of their own.

        FOR NO KEY UPDATE, since a plain FOR UPDATE deadlocks with the foreign key checks of other bookings; only the
        queryset's own table. SQLite has no row locks: there every transaction begins with the write lock (IMMEDIATE).
        """
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def lock_again(self, row: models.Model) -> None:
        """Lock a row that was read without a lock, and read it again. Raises Http404 when it is gone by now."""
        if not self.filter(pk=row.pk).lock():
            raise Http404
        row.refresh_from_db()
