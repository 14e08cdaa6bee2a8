"""Structured logs: one JSON object a line, without secrets or addresses of links."""

import json
import logging
import re

# The token of a signed link must never reach a log.
_TOKENS = re.compile(r"(/(?:sign|confirm|invitation|sign-in|link|key)/)[A-Za-z0-9_-]{20,}")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an exception's trace goes into `trace`."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _TOKENS.sub(r"\1…", record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = _TOKENS.sub(r"\1…", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
