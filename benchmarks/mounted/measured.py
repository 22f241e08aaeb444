"""A WSGI application and its addresses: the systems of whichever clone is on the path, and the floor.

This folder is no package: it is put on the path behind a clone, whose own `benchmarks` may know nothing of it.
"""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path

from systems.wsgi import application  # first: it sets Django up

__all__ = ["application", "urlpatterns"]

from systems import urls
from systems.urls import *  # noqa: F403 - its handlers of errors


def empty(request: HttpRequest) -> JsonResponse:
    """What a request costs before it does anything."""
    return JsonResponse({})


urlpatterns = [path("empty", empty), *urls.urlpatterns]
settings.ROOT_URLCONF = __name__
