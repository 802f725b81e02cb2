import hashlib
import random
import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from api.models import ThrottleCounter

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class ScopedThrottle(BaseThrottle):
    """
    At most so many requests of a view's `throttle_scope` in a window that begins with the first of them (OWASP API4).

    Counted for the user; without one, for the address and for the account that the body names in the view's
    `throttle_account`, whether it exists or not. Both are counted before either refuses, so that nothing can be read
    from the order. The counters are shared by all processes.
    """

    def allow_request(self, request, view) -> bool:
        rate = api_settings.DEFAULT_THROTTLE_RATES.get(getattr(view, "throttle_scope", None))
        if not rate:
            return True
        limit, per = rate.split("/")
        windows = [count(f"{view.throttle_scope}:{who}", SECONDS[per]) for who in self.who(request, view)]
        self.ends_at = max((ends_at for hits, ends_at in windows if hits > int(limit)), default=None)
        return self.ends_at is None

    def wait(self) -> float:
        return max(1, self.ends_at - time.time() + 1)

    def who(self, request, view) -> list[str]:
        if request.user and request.user.is_authenticated:
            return [f"user:{request.user.pk}"]
        who = [f"address:{network_of(self.get_ident(request))}"]
        account = isinstance(request.data, dict) and request.data.get(getattr(view, "throttle_account", None))
        if account:
            who.append(f"account:{hashlib.sha256(str(account).lower().encode()).hexdigest()[:40]}")
        return who


def network_of(address: str) -> str:
    """An IPv6 customer has a whole /64 to send from, so that is what counts as one address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:40]
    return str(ip_network((ip, 64), strict=False)) if isinstance(ip, IPv6Address) else address


def count(key: str, seconds: int) -> tuple[int, float]:
    """One more hit: how many there were in this window, and when it ends. Atomic, over all processes."""
    return count_in_redis(key, seconds) if settings.REDIS_URL else count_in_database(key, seconds)


def count_in_redis(key: str, seconds: int) -> tuple[int, float]:
    cache.add(f"{key}:ends_at", time.time() + seconds, seconds)
    ends_at = cache.get(f"{key}:ends_at", time.time() + seconds)
    counter = f"{key}:{ends_at}"
    cache.add(counter, 0, seconds + 1)
    return cache.incr(counter), ends_at


def count_in_database(key: str, seconds: int) -> tuple[int, float]:
    now = time.time()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO api_throttlecounter AS c (key, hits, expires_at) VALUES (%s, 1, %s)
            ON CONFLICT (key) DO UPDATE SET
                hits = CASE WHEN c.expires_at <= %s THEN 1 ELSE c.hits + 1 END,
                expires_at = CASE WHEN c.expires_at <= %s THEN excluded.expires_at ELSE c.expires_at END
            RETURNING hits, expires_at
            """,
            [key, now + seconds, now, now],
        )
        hits, ends_at = cursor.fetchone()
    if hits == 1 and random.random() < 0.01:  # noqa: S311 - now and then, whoever begins a window sweeps up the old ones
        sweep(now)
    return hits, ends_at


def sweep(now: float) -> None:
    with transaction.atomic():
        old = ThrottleCounter.objects.filter(expires_at__lt=now).select_for_update(skip_locked=True)
        ThrottleCounter.objects.filter(pk__in=[counter.pk for counter in old[:1000]]).delete()
