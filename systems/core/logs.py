"""Log lines: each is one object of JSON, with the id of the request or task that it belongs to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

META = "HTTP_X_REQUEST_ID"  # where a request keeps its id
request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """A line for each event, however many lines its message or its traceback has."""

    def format(self, record: logging.LogRecord) -> str:
        # Django writes about an answer when it has left the middleware, and hands the request over with its words.
        sent = getattr(getattr(record, "request", None), "META", {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": sent.get(META) or request_id.get(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False)
