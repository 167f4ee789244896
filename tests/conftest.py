"""One real server for all tests that need no more: uvicorn, Silero, pico."""

from collections.abc import Iterator

import pytest

from stt_testing.local_server import RunningServer, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running
