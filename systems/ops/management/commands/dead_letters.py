"""`manage.py dead_letters`: what failed for good, and a second chance for it."""

import json
from typing import Any

from amqp import AMQPError, ChannelError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from systems.ops.dead_letters import DeadLetters, Letter, dead_letters

ROW = "{:<36}  {:<28}  {:<8}  {:<14}  {}"


class Command(BaseCommand):
    help = "List the tasks that failed for good, show one of them, or send them to a worker again."

    requires_system_checks = []  # they load all views

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="list | show ID | requeue ID | requeue --all")
        actions.add_parser("list", help="All of them, the oldest first. The same as no action.")
        show = actions.add_parser("show", help="What is known of one.")
        show.add_argument("id")
        requeue = actions.add_parser("requeue", help="Send it to the queue it came from, with all its tries again.")
        which = requeue.add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="?")
        which.add_argument("--all", action="store_true")

    def handle(self, *args: Any, action: str | None, **options: Any) -> None:
        if not settings.CELERY_BROKER_URL:
            raise CommandError("SYSTEMS_BROKER_URL must be set")
        try:
            with dead_letters() as dead:
                getattr(self, f"_{action or 'list'}")(dead, options)
        except ChannelError as error:
            raise CommandError(f"RabbitMQ refuses: {error}") from error
        except (OSError, AMQPError) as error:
            raise CommandError(f"RabbitMQ does not answer: {error}") from error

    def _list(self, dead: DeadLetters, options: dict[str, Any]) -> None:
        if dead.letters:
            self.stdout.write(ROW.format("ID", "TASK", "QUEUE", "REASON", "LAST DEATH"))
        for letter in dead.letters:
            self.stdout.write(ROW.format(letter.id, letter.task, letter.queue, letter.reason, letter.last_death))
        self.stdout.write(f"{len(dead.letters)} dead letters")

    def _show(self, dead: DeadLetters, options: dict[str, Any]) -> None:
        for letter in named(dead, options["id"]):
            for name in ("id", "task", "queue", "reason", "first_death", "last_death", "sent_again"):
                self.stdout.write(f"{name.replace('_', ' '):<12} {getattr(letter, name)}")
            self.stdout.write(f"{'arguments':<12} {json.dumps(letter.arguments, ensure_ascii=False)}")
            self.stdout.write(f"{'error':<12} in the workers' log, in the lines with this id as request_id")

    def _requeue(self, dead: DeadLetters, options: dict[str, Any]) -> None:
        letters = dead.letters if options["all"] else named(dead, options["id"])
        dead.send_again(letters)
        self.stdout.write(f"{len(letters)} sent again")


def named(dead: DeadLetters, wanted: str) -> list[Letter]:
    """More than one where a message that RabbitMQ delivered twice has failed twice. Raises CommandError for none."""
    found = [letter for letter in dead.letters if letter.id == wanted]
    if not found:
        raise CommandError(f"no dead letter has the id {wanted!r}")
    return found
