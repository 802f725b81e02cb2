"""Which address a request counts for: what the last believed proxy saw, of IPv6 the network."""

import pytest

from api.models import ThrottleCounter
from tests.api.attempts import try_login


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.7, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.7, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (3, "203.0.113.5", "203.0.113.5"),
        (1, None, "192.0.2.1"),
        (1, "203.0.113.5,", "192.0.2.1"),
        (1, "x" * 1000, "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "203.0.113.5:http", "192.0.2.1"),
        (1, "999.0.113.5:80", "192.0.2.1"),
        (1, "[203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5:4711", "203.0.113.5"),
        (1, "10.0.0.1, \t203.0.113.5:4712 ", "203.0.113.5"),
        (2, "198.51.100.7, 203.0.113.6, 10.0.0.2, garbage", "10.0.0.2"),
        (2, "198.51.100.7, 203.0.113.5:1, 10.0.0.1:1", "203.0.113.5"),
        (1, "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:3:4:5:7]", "2001:db8:1:2::/64"),
        (1, "fe80::1:2:3:4%eth0", "fe80::/64"),
        (1, "fe80::1:2:3:5%25wlan0", "fe80::/64"),
        (1, "[::ffff:203.0.113.5]:4711", "203.0.113.5"),
        (1, "::1", "::/64"),
        (0, "2001:db8::1", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_the_address_is_the_one_that_the_last_believed_proxy_saw(db, throttled, proxies, header, address):
    throttled(login="9/minute", proxies=proxies)
    try_login(**({"HTTP_X_FORWARDED_FOR": header} if header else {}))
    assert ThrottleCounter.objects.filter(key=f"login:address:{address}", hits=1).exists()


def test_a_made_up_forwarded_for_is_no_way_around(db, throttled):
    throttled(login="1/minute")
    answers = [try_login(f"account-{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in range(3)]
    assert answers == [400, 429, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_a_network_of_ipv6_is_one_address(db, throttled, one, other, same):
    """A customer has a /64 to send from. IPv4 that comes in through an IPv6 socket stays IPv4."""
    throttled(login="1/minute")
    assert try_login("alice", one) == 400
    assert try_login("bob", other) == (429 if same else 400)


def test_what_is_no_address_counts_for_the_peer(db, throttled):
    """Else whatever a client makes up would be an address of its own, each time another."""
    throttled(login="1/minute", proxies=2)
    answers = [try_login(f"account-{n}", HTTP_X_FORWARDED_FOR=f"made-up-{n}, 203.0.113.5") for n in range(3)]
    assert answers == [400, 429, 429]


def test_a_peer_on_a_unix_socket_has_no_address_and_counts_all_the_same(db, throttled):
    throttled(login="1/minute")
    assert [try_login(f"account-{n}", address="localhost") for n in range(2)] == [400, 429]
