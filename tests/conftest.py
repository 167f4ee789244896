"""One real server for all tests that need no more: uvicorn, Silero, pico.

Plugin and client bear a Python that the server does not: there, what needs it is left out.
"""

import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stt_testing.local_server import RunningServer

IN_WORKSPACE = find_spec("stt_api") is not None
NEEDS_WORKSPACE = ("stt_api", "stt_testing", "locked.txt")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a file that names the server, what tests share, or the lock."""
    if IN_WORKSPACE or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text()
    return any(name in text for name in NEEDS_WORKSPACE) or None


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> Iterator[None]:
    """Let servers that tests start hear SIGINT and SIGHUP, as on a terminal.

    A process passes on that it ignores a signal, as under nohup or in the background of a shell,
    but not that it handles one.
    """
    ignored = [
        each for each in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_IGN
    ]
    for each in ignored:
        signal.signal(each, lambda *_: None)
    yield
    for each in ignored:
        signal.signal(each, signal.SIG_IGN)


@pytest.fixture(scope="session")
def server() -> "Iterator[RunningServer]":
    from stt_testing.local_server import running_server

    with running_server() as running:
        yield running
