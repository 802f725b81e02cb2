import os
import sys
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth import hashers


def use_any_core() -> None:
    """A worker keeps to one core for Python's lock; a hash is made without the lock, and finds a core that is idle."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, os.sched_getaffinity(os.getppid()))


# One thread hashes for all. glibc keeps a block as large as that for each thread that ever had one; to give it back
# and take it anew takes half as long again as the hash.
hashing = ThreadPoolExecutor(1, thread_name_prefix="argon2", initializer=use_any_core)


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """
    Argon2id with m=19 MiB, t=2, p=1 (OWASP Password Storage Cheat Sheet): ten times Django's logins a second.

    One at a time in each process, of which there is one for each core.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return hashing.submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        return hashing.submit(super().verify, password, encoded).result()
