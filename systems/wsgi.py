"""What a web server runs: `gunicorn systems.wsgi`."""

import gc

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from systems.entry import SERVER_EXIT, enter

application = enter(get_wsgi_application, exit_code=SERVER_EXIT)

# All views are imported now, rather than while the first client waits. What has been loaded by then stays for as long
# as the process: Python's collector need not look through it again and again, a tenth of a second each time.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
