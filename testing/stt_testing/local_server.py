"""Run the speech server in a process of its own, for demonstrations and tests."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def running_server(*command: str, **settings: str) -> Iterator[RunningServer]:
    """Give a ready server; ``settings`` are environment variables of it.

    ``command`` are arguments of Python that run it, ``-m stt_api`` by default.
    """
    port = settings.get("STT_PORT") or str(free_port())
    url = f"http://127.0.0.1:{port}"
    defaults = {"WHISPER_MODEL_SIZE": "pico", "STT_LOG_LEVEL": "warning", "STT_PORT": port}
    process = subprocess.Popen(
        [sys.executable, *(command or ("-m", "stt_api"))],
        env={**os.environ, **defaults, **settings},
    )
    try:
        _await_ready(url, process)
        yield RunningServer(url, process)
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/ready", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the server was not ready after {START_TIMEOUT_S:.0f} s")
