"""What an ASGI server runs: `uvicorn systems.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from systems.entry import SERVER_EXIT, enter

# Each request has a thread of its own here, and would leave its connection behind.
os.environ.setdefault("SYSTEMS_DATABASE_KEEP_SECONDS", "0")
application = enter(get_asgi_application, exit_code=SERVER_EXIT)
