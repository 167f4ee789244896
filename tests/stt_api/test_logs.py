import io
import logging
from collections.abc import Iterator

import pytest

from stt_api.logs import FieldFormatter, log_to_stderr


def record(message: str, **fields: object) -> logging.LogRecord:
    logger = logging.getLogger("test")
    return logger.makeRecord("test", logging.INFO, "", 0, message, (), None, extra=fields)


def test_the_fields_follow_the_message() -> None:
    line = FieldFormatter().format(record("session ended", session_id="abc", ending="idle_timeout"))
    assert line == "session ended session_id=abc ending=idle_timeout"


def test_a_message_without_fields_is_left_alone() -> None:
    assert FieldFormatter().format(record("started")) == "started"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at the most talkative level."""
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn.error")
    before = (root.handlers, root.level, uvicorn.level, uvicorn.filters)
    root.handlers, uvicorn.filters, written = [], [], io.StringIO()
    log_to_stderr("debug")
    [stream] = root.handlers
    assert isinstance(stream, logging.StreamHandler)
    stream.setStream(written)
    yield written
    root.handlers, uvicorn.filters = before[0], before[3]
    root.setLevel(before[1])
    uvicorn.setLevel(before[2])


def test_urls_and_messages_of_clients_are_not_logged(log: io.StringIO) -> None:
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.info('%s - "WebSocket %s" [accepted]', "1.2.3.4", "/ws/transcribe?prompt=secret")
    uvicorn.debug("< TEXT '%s'", "secret")
    uvicorn.info("Started server process")
    assert "secret" not in log.getvalue() and "Started server process" in log.getvalue()
