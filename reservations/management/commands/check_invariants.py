from json import dumps

from django.core.management.base import BaseCommand

from reservations.invariants import PROMISES, broken_promises


class Command(BaseCommand):
    help = (
        "Checks each promise of the system on the whole database, and changes nothing: exit 0 and a line a promise, or "
        "1 and the ids of what breaks it. docs/correctness.md says what each means."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="For monitoring: an object with the offenders' ids.")

    def handle(self, *, json: bool, **options):
        broken = broken_promises()
        if json:
            self.stdout.write(dumps({promise.name: broken.get(promise.name, []) for promise in PROMISES}))
        else:
            for name, text, _ in PROMISES:
                kept = name not in broken
                self.stdout.write(
                    f"{'ok    ' if kept else 'BROKEN'} {text}" + ("" if kept else f" {name}: {broken[name]}")
                )
        if broken:
            raise SystemExit(1)
