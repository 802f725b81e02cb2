import json

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from reservations.management.commands import add_user_argument, find_user
from reservations.privacy import export


class Command(BaseCommand):
    help = "Writes all that is stored of a user as JSON, to hand out to whom it is about: docs/privacy.md."

    def add_arguments(self, parser):
        add_user_argument(parser)
        parser.add_argument("--output", metavar="FILE", help="A new file; else it is printed.")

    def handle(self, *, user: str, output: str | None, **options):
        text = json.dumps(export(find_user(user)), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        if output is None:
            self.stdout.write(text)
            return
        try:
            with open(output, "x", encoding="utf-8") as file:
                file.write(f"{text}\n")
        except OSError as error:
            raise CommandError(f"{error}. Name a new file, in a folder that is there.") from None
