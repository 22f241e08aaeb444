"""Static files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

from systems.api.views import reads_only


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's, with the shape of all problems for a method that no file has."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        return reads_only(lambda request: WhiteNoiseMiddleware.serve(static_file, request))(request)
