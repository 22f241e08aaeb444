"""The base of all views of the REST API."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from systems.api import etags
from systems.api.fields import Input, query, read


class StrictAPIView(APIView):
    """A view that refuses what it can't heed: conditions, and names in the query that it does not know.

    has_etag: whether its methods look at If-Match and If-None-Match themselves, since what they show has an ETag.
    query_serializer_class: what a GET may ask; no other method takes anything. `self.query`: what it asked, as values.
    """

    has_etag = False
    query_serializer_class: type[Input] = Input
    query: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the rights: who may not call learns nothing of names."""
        super().initial(request, *args, **kwargs)
        if not hasattr(self, str(request.method).lower()):
            return  # it is a 405
        if not self.has_etag:
            etags.refuse_condition(request)
        allowed = self.query_serializer_class if request.method in {"GET", "HEAD"} else Input
        sent = query(request)
        self.query = read(allowed, sent) if sent or allowed is not Input else {}
