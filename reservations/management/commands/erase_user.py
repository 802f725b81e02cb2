from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reservations.management.commands import add_user_argument, find_user
from reservations.privacy import erase, upcoming
from users.exceptions import LastAdmin


class Command(BaseCommand):
    help = (
        "Takes a person out of the database; there is no way back. Their reservations stay, as somebody's whom nobody "
        "knows. Look first with --dry-run; docs/privacy.md says what goes and what stays."
    )

    def add_arguments(self, parser):
        add_user_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="Only tell what would be done.")
        parser.add_argument("--no-input", action="store_true", help="Do not ask whether it is meant.")

    def handle(self, *, user: str, dry_run: bool, no_input: bool, **options):
        user = find_user(user)
        name = user.username
        for reservation in (ahead := upcoming(user)):
            start = timezone.localtime(reservation.showtime.starts_at)
            self.stdout.write(f"{reservation.code}: {reservation.showtime.movie}, {start:%Y-%m-%d %H:%M}")
        if ahead:
            self.stdout.write("These are still to come, and stay. Who wants them cancelled cancels them first.")
        logins, keys = user.logins.count(), user.idempotency_keys.count()
        self.stdout.write(f"{name}: name, address, password, {logins} logins and {keys} idempotency keys go.")
        if dry_run:
            self.stdout.write("Nothing was changed: this is a dry run.")
            return
        if not no_input and input(f"There is no way back. To go on, type {name}: ") != name:
            raise CommandError(f"Nothing was changed, for that was not {name}.")
        try:
            erase(user)
        except LastAdmin as refusal:
            raise CommandError(str(refusal.detail)) from None
        self.stdout.write(f"{name} is erased, and is user {user.pk}, {user.username}, from now on.")
