"""What a web server runs: `gunicorn systems.wsgi`."""

from django.core.wsgi import get_wsgi_application

from systems.entry import SERVER_EXIT, enter

application = enter(get_wsgi_application, exit_code=SERVER_EXIT)
