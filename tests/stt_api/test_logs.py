import io
import logging
from collections.abc import Iterator

import pytest

from stt_api.logs import FieldFormatter, log_to_stderr
from stt_testing.local_app import local_app
from stt_testing.raw_client import CLOSE, NO_TEXT, UPGRADE, stream


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


NOISE = [
    "\0",
    "GET /health HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n\0",
    f"{UPGRADE}\r\n".replace(": 13", ": 12"),
    f"{UPGRADE}\r\n".replace("/ws", "/nowhere"),
    f"{UPGRADE}Content-Length: 4\r\n\r\nbody",
]


async def test_whatever_strangers_send_is_one_line_in_the_log(log: io.StringIO) -> None:
    async with local_app() as app:
        log.seek(log.truncate(0))
        for sent in NOISE * 10:
            async with stream(app, sent) as (reader, _):
                await reader.read(-1)
        [line] = log.getvalue().splitlines()
    assert line.endswith("request refused code=bad_request")


async def test_a_frame_that_is_no_text_writes_no_traceback(log: io.StringIO) -> None:
    async with local_app() as app, stream(app, f"{UPGRADE}\r\n") as (reader, writer):
        await reader.readuntil(b'"ready"')
        writer.write(NO_TEXT + CLOSE)
        await reader.read(-1)
    assert "session ended" in log.getvalue() and "Traceback" not in log.getvalue()
