import hashlib
import logging
import random
import re
import time
from functools import cache
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.conf import settings
from django.db import connection, transaction
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from api.models import ThrottleCounter
from api.problems import ServiceUnavailable

logger = logging.getLogger(__name__)

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
        windows = count([f"{view.throttle_scope}:{who}" for who in self.who(request, view)], SECONDS[per])
        self.ends_at = max((ends_at for hits, ends_at in windows if hits > int(limit)), default=None)
        return self.ends_at is None

    def wait(self) -> float:
        return max(1, self.ends_at - time.time() + 1)

    def who(self, request, view) -> list[str]:
        if request.user and request.user.is_authenticated:
            return [f"user:{request.user.pk}"]
        peer = request.META["REMOTE_ADDR"]
        who = [f"address:{network_of(self.get_ident(request)) or network_of(peer) or peer[:40]}"]
        account = isinstance(request.data, dict) and request.data.get(getattr(view, "throttle_account", None))
        if account:
            who.append(f"account:{fingerprint(str(account))}")
        return who


# Some proxies tell the client's port too (RFC 7239, 6). A port counted in would be a way around the count.
WITH_PORT = re.compile(r"\[(?P<v6>[^]]+)\](:\d+)?|(?P<v4>[\d.]+):\d+")


def network_of(address: str) -> str | None:
    """
    What counts as one address: of IPv6 the /64, since a customer has all of it to send from. IPv4 that arrives at an
    IPv6 socket (RFC 4291, 2.5.5.2) stays an address each, or else all of it would be one. None for what is no address.
    """
    if match := WITH_PORT.fullmatch(address):
        address = match["v6"] or match["v4"]
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip if isinstance(ip, IPv4Address) else IPv6Network((int(ip), 64), strict=False))


def fingerprint(account: str) -> str:
    """The same for every spelling that the database takes for the same account (`iexact` asks in upper case)."""
    return hashlib.sha256(account.strip().upper().encode()).hexdigest()[:40]


def count(keys: list[str], seconds: int) -> list[tuple[int, float]]:
    """
    One more hit for each key: how many there were in its window, and when that ends.

    All in one go, over all processes. Else each of two who come at once could be late for the other's key, and both be
    refused where one should pass.
    """
    return count_in_redis(keys, seconds) if settings.REDIS_URL else count_in_database(keys, seconds)


def count_in_redis(keys: list[str], seconds: int) -> list[tuple[int, float]]:
    """Raises ServiceUnavailable."""
    from redis import RedisError  # here, since most have none, and it takes 6 MB of each worker

    try:
        with redis_at(settings.REDIS_URL).pipeline(transaction=True) as pipeline:
            for key in keys:
                pipeline.set(key, 0, ex=seconds, nx=True).incr(key).pttl(key)
            answers = pipeline.execute()
    except RedisError as error:
        logger.warning("Redis refused: %s", error)
        raise ServiceUnavailable from None
    now = time.time()
    return [(hits, now + milliseconds / 1000) for hits, milliseconds in zip(answers[1::3], answers[2::3], strict=True)]


@cache
def redis_at(url: str):
    from redis import Redis

    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def count_in_database(keys: list[str], seconds: int) -> list[tuple[int, float]]:
    now = time.time()
    placeholders = ", ".join(["(%s, 1, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO api_throttlecounter AS c (key, hits, expires_at) VALUES {placeholders}
            ON CONFLICT (key) DO UPDATE SET
                hits = CASE WHEN c.expires_at <= %s THEN 1 ELSE c.hits + 1 END,
                expires_at = CASE WHEN c.expires_at <= %s THEN excluded.expires_at ELSE c.expires_at END
            RETURNING hits, expires_at
            """,  # noqa: S608 - nothing is put in but placeholders
            [*(value for key in keys for value in (key, now + seconds)), now, now],
        )
        windows = cursor.fetchall()
    # Now and then, whoever begins a window sweeps up the old ones.
    if any(hits == 1 for hits, _ in windows) and random.random() < 0.01:  # noqa: S311
        sweep(now)
    return windows


def sweep(now: float) -> int:
    """How many counters went whose window had ended by then, of a thousand at most."""
    with transaction.atomic():
        old = ThrottleCounter.objects.filter(expires_at__lt=now).select_for_update(skip_locked=True)
        return ThrottleCounter.objects.filter(pk__in=[counter.pk for counter in old[:1000]]).delete()[0]
