"""One real server for all tests that need no more: uvicorn, Silero, pico.

Plugin and client bear a Python that the server does not: there, what needs it is left out.
"""

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


@pytest.fixture(scope="session")
def server() -> "Iterator[RunningServer]":
    from stt_testing.local_server import running_server

    with running_server() as running:
        yield running
