"""
Mail, sent off the request: who asks to reset a password learns nothing from how long the answer takes, neither about
the mail server nor about whether the address is known (OWASP Forgot Password Cheat Sheet).
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import connections
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from users.models import AuditEntry, User

logger = logging.getLogger(__name__)
postman = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def send_password_reset(email: str) -> None:
    postman.submit(copy_context().run, _send_password_reset, email)  # with the request's id


def _send_password_reset(email: str) -> None:
    try:
        if user := User.objects.filter(email__iexact=email, is_active=True).first():
            uid = urlsafe_base64_encode(force_bytes(user.pk))
            link = settings.PASSWORD_RESET_URL.format(uid=uid, token=default_token_generator.make_token(user))
            minutes = settings.PASSWORD_RESET_TIMEOUT // 60
            send_mail(
                "Choose a new password",
                f"Hello {user.username},\n\nsomebody, we hope you, asked to reset your password. To choose a new one, "
                f"open this link within {minutes} minutes:\n\n{link}\n\nIf it was not you, do nothing.\n",
                settings.DEFAULT_FROM_EMAIL,
                [user.email],
            )
            AuditEntry.objects.record("user.password_reset_mailed", user)
    except Exception:
        logger.exception("A mail to reset a password was not sent.")
    finally:
        connections.close_all()
