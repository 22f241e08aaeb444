"""What an ASGI server runs: `uvicorn systems.asgi:application`."""

import os
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

from systems.entry import SERVER_EXIT, enter

if TYPE_CHECKING:
    from systems.api.asgi_edge import AsgiEdge


def behind_edge() -> "AsgiEdge":
    django = get_asgi_application()
    from systems.api.asgi_edge import AsgiEdge  # which needs what this has set up

    return AsgiEdge(django)


# Each request has a thread of its own here, and would leave its connection behind.
os.environ.setdefault("SYSTEMS_DATABASE_KEEP_SECONDS", "0")
application = enter(behind_edge, exit_code=SERVER_EXIT)
