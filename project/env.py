import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
KEY_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}  # as long as the hash (RFC 7518, 3.2)
MAKE_A_KEY = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


class Env:
    """
    The environment, and a file for what is not in it. An empty setting counts as none.

    What cannot be meant becomes a line that names the setting, its value unless it is a secret, and what to write.
    Reading goes on with the default, so that `refuse_faults` can say everything at once, before anything starts.
    """

    def __init__(self, default_file: Path):
        self.faults: list[str] = []
        file = os.environ.get("ENV_FILE")
        try:
            with open(file or default_file) as lines:
                environ.Env.read_env(lines)
        except FileNotFoundError:
            if file:
                self.refuse("ENV_FILE", "there is no such file")
        except (OSError, ValueError) as error:
            self.faults.append(f"{file or default_file} cannot be read: {error}.")

    def refuse(self, name: str, advice: str, secret: bool = False) -> None:
        value = "" if secret else f"={os.environ[name]!r}"
        self.faults.append(f"{name}{value}: {advice}.")

    def refuse_faults(self) -> None:
        """Raises ImproperlyConfigured, with a line for each fault."""
        if self.faults:
            raise ImproperlyConfigured("\n".join(self.faults))

    def text(self, name: str, default: str = "", pattern: str = r"(?s).*", advice: str = "", secret=False) -> str:
        value = os.environ.get(name) or default
        if value != default and not re.fullmatch(pattern, value):
            self.refuse(name, advice, secret)
            return default
        return value

    def words(self, name: str, pattern: str = r"(?s).*", advice: str = "") -> list[str]:
        """What stands between commas."""
        words = [word.strip() for word in self.text(name).split(",") if word.strip()]
        if not all(re.fullmatch(pattern, word) for word in words):
            self.refuse(name, advice)
        return words

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value not in FLAGS:
            self.refuse(name, "write 1 or 0")
        return FLAGS.get(value, default)

    def number(self, name: str, default: int, least: int = 0, most: int = 1_000_000) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.refuse(name, f"write a whole number from {least} to {most}")
            return default
        return int(value)

    def rate(self, name: str, default: str) -> str | None:
        """A throttle's. Here, and only here, an empty setting has a meaning: no throttle, which is None."""
        if os.environ.get(name) == "":
            return None
        advice = "write N/second, N/minute, N/hour or N/day, or nothing for no limit"
        return self.text(name, default, r"[1-9][0-9]{0,8}/(second|minute|hour|day)", advice)

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ValueError, LookupError, OSError):
            self.refuse(name, "write a name of the IANA time zone database, as Europe/Berlin")
            return default
        return value

    def email(self, name: str, default: str) -> dict:
        """Django's settings for mail."""
        url = self.text(name, default)
        try:
            config = environ.Env.email_url_config(url)
            if not url.startswith("smtp") or config["EMAIL_HOST"]:
                return config
        except (ValueError, ImproperlyConfigured):
            pass
        self.refuse(name, "write smtp+tls://user:password@mail.example:587, with odd characters as %40", secret=True)
        return environ.Env.email_url_config(default)

    def refuse_weak_keys(self, algorithm: str, **keys: list[str]) -> None:
        """Each key is long enough and no obvious pattern, and none serves two purposes (RFC 8725, 3.5)."""
        size = KEY_BYTES[algorithm]
        faults = [
            f"{name} is missing or weak: {algorithm} needs at least {size} random bytes."
            for name, keys_of_one in keys.items()
            if any(len(key.encode()) < size or len(set(key)) < 10 for key in keys_of_one)
        ]
        names = {}
        for name, key in [(name, key) for name, keys_of_one in keys.items() for key in keys_of_one if key]:
            if key in names:
                faults.append(f"{names[key]} and {name} have a key in common: each needs its own.")
            names.setdefault(key, name)
        self.faults += [*faults, MAKE_A_KEY] if faults else []
