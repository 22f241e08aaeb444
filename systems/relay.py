"""What takes events from the outbox to RabbitMQ: `python -m systems.relay`. Of several, one works and the rest wait."""

import signal

from django.conf import settings

from systems.celery import app


def main() -> None:
    app.loader.import_default_modules()  # the handlers, which say who gets what
    from systems.outbox.relay import Relay  # which needs what this has set up

    relay = Relay(app, settings.DATABASE_URL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.end())
    relay.run()


if __name__ == "__main__":
    main()
