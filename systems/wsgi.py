"""What a web server runs: `gunicorn systems.wsgi`."""

import gc

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from systems.entry import SERVER_EXIT, enter

# What is loaded here stays for as long as the process. To look through it for garbage, again and again, is a tenth of
# the start, and later of each full collection.
gc.disable()
application = enter(get_wsgi_application, exit_code=SERVER_EXIT)
# All views now, before a server forks, rather than in each process while its first client waits.
_ = get_resolver().url_patterns
gc.freeze()
gc.enable()
