"""What was sold: confirmed seats of showtimes that were not cancelled. Holds and given-back seats do not count."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from reservations.models import ReservedSeat
from showtimes.models import Showtime
from users.days import end_of, start_of
from users.querysets import RowCount

# What the rows are grouped by, with the key first, and what they are sorted by.
GROUPS = {
    "showtime": ("pk", "movie__title", "starts_at"),
    "movie": ("movie_id", "movie__title"),
    "hall": ("hall_id", "hall__name"),
    "day": ("day",),
}
ORDER = {"showtime": ("starts_at", "pk"), "movie": ("movie__title", "movie_id"), "hall": ("hall_id",), "day": ("day",)}
MONEY = DecimalField(max_digits=20, decimal_places=2)


def sales(
    *,
    date_from: date | None = None,
    date_to: date | None = None,
    movie_id: int | None = None,
    hall_number: int | None = None,
    group_by: str = "showtime",
) -> dict:
    """The sales report of the showtimes that start on these days, both inclusive. One query."""
    showtimes = Showtime.objects.scheduled()
    if date_from:
        showtimes = showtimes.filter(starts_at__gte=start_of(date_from))
    if date_to:
        showtimes = showtimes.filter(starts_at__lt=end_of(date_to))
    if movie_id is not None:
        showtimes = showtimes.filter(movie_id=movie_id)
    if hall_number is not None:
        showtimes = showtimes.filter(hall_id=hall_number)
    sold = ReservedSeat.objects.sold().filter(showtime=OuterRef("pk"))
    earned = sold.order_by().values("showtime").annotate(sum=Sum("price")).values("sum")
    groups = (
        showtimes.annotate(
            day=TruncDate("starts_at"),
            sold=RowCount(sold),
            earned=Coalesce(Subquery(earned), Decimal(0), output_field=MONEY),
        )
        .order_by(*ORDER[group_by])
        .values(*GROUPS[group_by])
        .annotate(
            showtimes=Count("pk"),
            seats=Sum(F("capacity")),
            reserved=Sum("sold"),
            revenue=Sum("earned", output_field=MONEY),
        )
    )
    rows = [
        {"key": str(group[GROUPS[group_by][0]]), "label": label_of(group, group_by)}
        | figures(group["showtimes"], group["seats"], group["reserved"], group["revenue"])
        for group in groups
    ]
    totals = figures(*(sum(row[name] for row in rows) for name in ("showtimes", "capacity", "reserved", "revenue")))
    return {"currency": settings.CURRENCY, "totals": totals, "rows": rows}


def figures(showtimes: int, capacity: int, reserved: int, revenue: Decimal) -> dict:
    return {
        "showtimes": showtimes,
        "capacity": capacity,
        "reserved": reserved,
        "occupancy": round(reserved / capacity, 4) if capacity else 0.0,
        "revenue": Decimal(revenue),
    }


def label_of(group: dict, group_by: str) -> str:
    match group_by:
        case "showtime":
            return f"{group['movie__title']}, {timezone.localtime(group['starts_at']):%Y-%m-%d %H:%M}"
        case "movie":
            return group["movie__title"]
        case "hall":
            return group["hall__name"]
    return str(group["day"])
