"""A product's server in a process group of its own, which sleeps while it is not its turn."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from stt_testing.local_server import free_port

from .environments import KEPT, Unavailable, python_of
from .product import Launch, Product

START_TIMEOUT_S = 180.0  # PyTorch is imported first
STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    product: Product
    port: int
    process: subprocess.Popen[bytes]
    output: Path

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Let it run; before and after, it takes nothing from the others."""
        self._signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._signal(signal.SIGSTOP)

    def end(self) -> None:
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it has ended, and so have its children
            os.killpg(self.process.pid, number)


@contextmanager
def serving(product: Product, weights: Path) -> Iterator[Server]:
    """Give a server that takes connections; raise Unavailable with the reason."""
    python = python_of(product)
    port = free_port()
    output = KEPT / f"{product.name}.log"
    output.parent.mkdir(exist_ok=True)
    process = _start(python, product.launch(weights, port), output)
    server = Server(product, port, process, output)
    try:
        _await_port(server)
        yield server
    finally:
        server.end()


def _start(python: Path, launch: Launch, output: Path) -> subprocess.Popen[bytes]:
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    cores = {"OMP_NUM_THREADS": str(os.cpu_count())}
    with output.open("wb") as file:
        return subprocess.Popen(
            [str(python), *launch.arguments],
            env={**inherited, **cores, "HF_HUB_OFFLINE": "1", **launch.variables},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await_port(server: Server) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise Unavailable(f"it ended: {_last_line(server.output)}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.2)
    raise Unavailable(f"it took no connection within {START_TIMEOUT_S:.0f} s")


def _last_line(output: Path) -> str:
    lines = output.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "without a word"
