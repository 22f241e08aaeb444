"""What every request passes through, on its way in and out."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from systems.core import logs

HEADER = "X-Request-ID"
GOOD = re.compile("[A-Za-z0-9._-]{1,64}")  # what may go into a log and a header as it is
View = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: View) -> View:
    """An id for each request: the caller's, where it sends a good one. Log lines, answers and errors tell it."""

    def answer(request: HttpRequest) -> HttpResponse:
        sent = request.META.get(logs.META, "")
        known_as = sent if GOOD.fullmatch(sent) else uuid.uuid4().hex
        request.META[logs.META] = known_as
        reset = logs.request_id.set(known_as)
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(reset)
        response[HEADER] = known_as
        return response

    return answer
