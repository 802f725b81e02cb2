from users.models.audit import AuditEntry
from users.models.login import Login, login_expiry, new_token_id
from users.models.user import USERNAME, Role, User

__all__ = ["USERNAME", "AuditEntry", "Login", "Role", "User", "login_expiry", "new_token_id"]
