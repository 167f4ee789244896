"""One measurement: some sessions against one server."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

import httpx
import psutil

from stt_testing.local_server import RunningServer
from stt_testing.native_client import finals, transcribe
from stt_testing.recordings import recordings

from .clients import Log, run_clients
from .load import Sound
from .measures import CalmErrors, Figures, errors_of, measure

PROCESSES = 2  # of clients

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """What ``sessions`` clients heard, and what it cost the server."""

    sessions: int
    figures: Figures
    cpu_s: float  # of the server
    elapsed_s: float
    audio_s: float  # of all sessions together
    memory_mb: float
    gpu_percent: float | None
    batch_sizes: list[int]
    model_busy: float  # share of the time that the model ran

    @property
    def server_cores(self) -> float:
        """CPU-seconds of the server for each second."""
        return self.cpu_s / self.elapsed_s

    @property
    def cpu_of_a_session(self) -> float:
        """CPU-seconds of the server for each second of one session's audio."""
        return self.cpu_s / self.audio_s


@contextmanager
def client_processes(niceness: int = 0, count: int = PROCESSES) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(count, get_context("spawn"), os.nice, (niceness,)) as pool:
        yield pool


def spread(items: Sequence[T]) -> list[Sequence[T]]:
    """Return one part for each process, none of them empty."""
    return [part for n in range(PROCESSES) if (part := items[n::PROCESSES])]


def run_step(
    server: RunningServer,
    pool: ProcessPoolExecutor,
    plays: Sequence[Sound],
    endpointing_s: float,
    calm: CalmErrors | None = None,
    **settings: Any,
) -> Step:
    process = psutil.Process(server.process.pid)
    _take_counts(server)
    cpu_before, began = _cpu_s(process), time.perf_counter()
    logs = _run(server, pool, plays, settings)
    elapsed = time.perf_counter() - began
    counts = _take_counts(server)
    return Step(
        sessions=len(plays),
        figures=measure(logs, endpointing_s, calm),
        cpu_s=_cpu_s(process) - cpu_before,
        elapsed_s=elapsed,
        audio_s=sum(play.seconds for play in plays),
        memory_mb=process.memory_info().rss / 1e6,
        gpu_percent=_gpu_percent(),
        batch_sizes=counts["batch_sizes"],
        model_busy=counts["busy_s"] / elapsed,
    )


def calm_errors(server: RunningServer) -> CalmErrors:
    """Let one client play every dialogue alone."""
    errors = {}
    for dialogue in recordings("dialogue"):
        said = finals(asyncio.run(transcribe(server.url, dialogue.pcm(), language="en")))
        for place, utterance in enumerate(dialogue.utterances):
            errors[dialogue.name, place] = errors_of(utterance, said)
    return errors


def _run(
    server: RunningServer,
    pool: ProcessPoolExecutor,
    plays: Sequence[Sound],
    settings: dict[str, Any],
) -> list[Log]:
    running = [pool.submit(run_clients, server.url, part, settings) for part in spread(plays)]
    return [log for future in running for log in future.result()]


def _take_counts(server: RunningServer) -> dict[str, Any]:
    counts: dict[str, Any] = httpx.get(f"{server.url}/bench/counts", timeout=60).json()
    return counts


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _gpu_percent() -> float | None:
    """Return the use of the first GPU at this moment; None without one."""
    try:
        import pynvml

        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        return float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    except (ImportError, OSError):
        return None
    except Exception as error:  # NVML's own, which has no public base but NVMLError
        if type(error).__name__.startswith("NVMLError"):
            return None
        raise
