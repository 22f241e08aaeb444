"""The base of all views of the REST API."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from systems.api import etags


class StrictAPIView(APIView):
    """A view that refuses what it can't heed.

    has_etag: whether its methods look at If-Match and If-None-Match themselves, since what they show has an ETag.
    """

    has_etag = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.has_etag and hasattr(self, str(request.method).lower()):  # else it is a 405
            etags.refuse_condition(request)
