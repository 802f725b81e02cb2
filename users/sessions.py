"""The admin site's sessions; the settings' `SESSION_ENGINE`."""

import hashlib

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """
    Django's own, but that a row has the hash of a session's key and not the key itself: whoever reads the database, or
    a backup of it, gets into no session.
    """

    def _get_session_from_db(self):
        key = self._session_key
        self._session_key = hashed(key)
        session = super()._get_session_from_db()
        self._session_key = key if session else None
        return session

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.session_key = hashed(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        super().delete(key and hashed(key))


def hashed(key: str) -> str:
    """In the 40 characters that there are for it: 160 bits, more than a key's 32 letters and digits have to guess."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]
