"""What a web server runs: `gunicorn systems.wsgi`."""

import gc
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from systems.entry import SERVER_EXIT, enter

if TYPE_CHECKING:
    from systems.api.edge import Edge


def behind_edge() -> "Edge":
    django = get_wsgi_application()
    from systems.api.edge import Edge  # which needs what this has set up

    return Edge(django)


# What is loaded here stays for as long as the process. To look through it for garbage, again and again, is a tenth of
# the start, and later of each full collection.
gc.disable()
application = enter(behind_edge, exit_code=SERVER_EXIT)
# All views now, before a server forks, rather than in each process while its first client waits.
_ = get_resolver().url_patterns
gc.freeze()
gc.enable()
