"""How a log line looks: the static message, then its fields."""

import logging

_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's
}

_OF_A_CONNECTION = (
    "WebSocket",
    "without completing handshake",  # for each refusal, which completes it
    "connection open",
    "connection rejected",
    "connection closed",
    "Invalid HTTP request",
    "Unsupported upgrade request",
    "Invalid UTF-8 sequence",
)


class FieldFormatter(logging.Formatter):
    """Append what was given in ``extra`` as ``key=value``."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _KNOWN}
        return super().format(record) + "".join(f" {key}={fields[key]}" for key in fields)


def log_to_stderr(level: str) -> None:
    stream = logging.StreamHandler()
    stream.setFormatter(FieldFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[stream])
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.addFilter(_wanted)
    uvicorn.setLevel(max(logging.INFO, logging.root.level))  # its debug lines hold every message


def _wanted(record: logging.LogRecord) -> bool:
    """Drop what uvicorn and websockets write for each connection, often as strangers please.

    The URL of a WebSocket, which they write too, may hold a prompt.
    """
    message = str(record.msg)
    return not any(words in message for words in _OF_A_CONNECTION)
