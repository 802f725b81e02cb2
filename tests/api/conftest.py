import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def throttled(settings):
    """A function that sets rates, and how many proxies are believed."""

    def set_rates(proxies: int = 0, **rates: str) -> None:
        all_rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | rates
        changes = {"DEFAULT_THROTTLE_RATES": all_rates, "NUM_PROXIES": proxies}
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | changes

    return set_rates


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller
