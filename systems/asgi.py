"""What an ASGI server runs: `uvicorn systems.asgi:application`."""

from django.core.asgi import get_asgi_application

from systems.entry import SERVER_EXIT, enter

application = enter(get_asgi_application, exit_code=SERVER_EXIT)
