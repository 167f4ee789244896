"""Run the server in one of the ways that the bench compares: python -m bench.serve MODE.

    ours      as it is
    unbounded ours, with numpy's BLAS on a thread for each core, as numpy starts it
    serial    each request alone and padded to 30 s, in the order they came, as behind one lock
    batch16   up to 16 requests padded to 30 s, 50 ms of waiting before each batch

The baselines decode a final when its endpoint is reached, not before, and do not let it pass
interims. They keep our voice activity detection and endpointing, and that a session has one
request at a time, whose interim a final replaces; not all peers do.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from threadpoolctl import threadpool_limits

from stt_api.config import Settings
from stt_api.decoding.engine import Engine
from stt_api.decoding.job import Job, Key, finals_first
from stt_api.decoding.scheduler import Scheduler
from stt_api.listener import bind
from stt_api.logs import log_to_stderr
from stt_api.models.traits import EncoderContext
from stt_api.models.whisper import WhisperTranscriber
from stt_api.observer import Observer
from stt_api.server import build_server, load_transcribers
from stt_api.session.decoding import DecodeRequest, Transcript


@dataclass(frozen=True, slots=True)
class Mode:
    like_peers: bool
    max_batch_size: int | None  # None: as configured
    waits: bool = False
    blas_on_all_cores: bool = False


MODES = {
    "ours": Mode(False, None),
    "unbounded": Mode(False, None, blas_on_all_cores=True),
    "serial": Mode(True, 1),
    "batch16": Mode(True, 16, waits=True),
}
BATCHING_WAIT_S = 0.05


class Counts(Observer):
    """Batches of the model, and how long they took."""

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []
        self.busy_s = 0.0

    def batch_decoded(self, requests: int, seconds: float) -> None:
        self.batch_sizes.append(requests)
        self.busy_s += seconds

    def take(self) -> dict[str, object]:
        """Return the counts since the last call."""
        counts = {"batch_sizes": self.batch_sizes, "busy_s": self.busy_s}
        self.batch_sizes, self.busy_s = [], 0.0
        return counts


class Late:
    """A transcriber that waits before each batch, as for others to join it."""

    def __init__(self, transcriber: WhisperTranscriber) -> None:
        self._transcriber = transcriber

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transcriber, name)

    def transcribe(self, requests: Sequence[DecodeRequest], key: Key) -> list[Transcript]:
        time.sleep(BATCHING_WAIT_S)
        return self._transcriber.transcribe(requests, key)


def serve(mode: Mode) -> None:
    settings = Settings()
    if mode.like_peers:
        full = EncoderContext.FULL.value
        alone = {"encoder_context": full, "interim_context": full, "workers": 1}
        settings = settings.model_copy(update=alone)
    sockets = bind(settings.host, settings.port)
    [transcriber] = load_transcribers(settings)
    defaults = settings.session(transcriber.traits)
    if mode.like_peers:
        endpointing = replace(defaults.endpointing, pause_s=defaults.endpointing.silence_s)
        defaults = replace(defaults, endpointing=endpointing)
    if mode.blas_on_all_cores:
        threadpool_limits(os.cpu_count(), user_api="blas")
    worker: Any = Late(transcriber) if mode.waits else transcriber
    counts = Counts()
    scheduler = in_order if mode.like_peers else finals_first
    limit = mode.max_batch_size
    most = (lambda key: limit) if limit else transcriber.most_together
    engine = Engine([worker] * transcriber.workers, scheduler(most), counts)
    server = build_server(settings, engine, defaults, observer=counts)
    server.app.get("/bench/counts")(counts.take)
    server.run(sockets)


def in_order(most: Callable[[Key], int]) -> Scheduler[Job]:
    return Scheduler(
        most=lambda job: most(job.key),
        rank=lambda job: 0,
        is_ahead=lambda job: False,
        batch_key=lambda job: job.batch_key,
    )


if __name__ == "__main__":
    log_to_stderr("warning")
    serve(MODES[sys.argv[1]])
