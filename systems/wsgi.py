"""What a web server runs: `gunicorn systems.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "systems.settings")
application = get_wsgi_application()
