"""ALGORITHM says how tokens are signed: HS256, HS384 or HS512, and only that one is then taken (RFC 8725, 3.1)."""

import json
import os
import secrets
import subprocess
import sys

import pytest

ALGORITHMS = ("HS256", "HS384", "HS512")
# Signs both kinds of token for a login, and reads them back under each algorithm.
SCRIPT = """
import json, django, jwt
django.setup()
from django.conf import settings
from tests.users.taken import takes
from users.models import Login
from users.tokens import AccessToken, RefreshToken

report = {}
for kind, key in ((AccessToken, settings.SECRET_KEY), (RefreshToken, settings.REFRESH_SECRET_KEY)):
    token = kind.of(Login(pk=7, user_id=3))
    signed_by = jwt.get_unverified_header(str(token))["alg"]
    taken = [name for name in ("HS256", "HS384", "HS512") if takes(kind, jwt.encode(token.payload, key, name))]
    report[kind.token_type] = [signed_by, taken]
print(json.dumps(report))
"""


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_one_that_is_set_signs_both_kinds_and_is_the_only_one_taken(algorithm):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "REFRESH_SECRET_KEY": secrets.token_urlsafe(64),
        "ALGORITHM": algorithm,
    }
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"access": [algorithm, [algorithm]], "refresh": [algorithm, [algorithm]]}
