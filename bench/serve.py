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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from stt_api.config import Settings
from stt_api.engine.engine import Engine
from stt_api.engine.job import Job, Key, Transcriber, finals_first
from stt_api.engine.scheduler import Scheduler
from stt_api.engine.traits import EncoderContext
from stt_api.listener import bind
from stt_api.logs import log_to_stderr
from stt_api.server import build_server, load_transcribers
from stt_api.session.decoding import DecodeRequest, Transcript


@dataclass(frozen=True, slots=True)
class Mode:
    like_peers: bool
    max_batch_size: int | None  # None: as configured
    wait_s: float
    blas_on_all_cores: bool = False


MODES = {
    "ours": Mode(False, None, 0.0),
    "unbounded": Mode(False, None, 0.0, blas_on_all_cores=True),
    "serial": Mode(True, 1, 0.0),
    "batch16": Mode(True, 16, 0.05),
}


class Counted:
    """A transcriber that counts its batches and its time."""

    def __init__(self, transcriber: Transcriber, wait_s: float) -> None:
        self.name = transcriber.name
        self.rest = transcriber.rest
        self.batch_sizes: list[int] = []
        self.busy_s = 0.0
        self._transcriber = transcriber
        self._wait_s = wait_s

    def batch_key(self, request: DecodeRequest) -> Key:
        return self._transcriber.batch_key(request)

    def transcribe(self, requests: Sequence[DecodeRequest], key: Key) -> list[Transcript]:
        time.sleep(self._wait_s)
        began = time.perf_counter()
        transcripts = self._transcriber.transcribe(requests, key)
        self.busy_s += time.perf_counter() - began
        self.batch_sizes.append(len(requests))
        return transcripts

    def doubts(self, request: DecodeRequest, transcript: Transcript, key: Key) -> bool:
        return self._transcriber.doubts(request, transcript, key)

    def reconsider(
        self, request: DecodeRequest, transcript: Transcript, key: Key
    ) -> Iterator[Transcript | None]:
        return self._transcriber.reconsider(request, transcript, key)

    def take(self) -> dict[str, object]:
        """Return the counts since the last call."""
        counts = {"batch_sizes": self.batch_sizes, "busy_s": self.busy_s}
        self.batch_sizes, self.busy_s = [], 0.0
        return counts


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
    counted = Counted(transcriber, mode.wait_s)
    scheduler = in_order if mode.like_peers else finals_first
    limit = mode.max_batch_size
    most = (lambda key: limit) if limit else transcriber.most_together
    engine = Engine([counted] * transcriber.workers, scheduler(most))
    server = build_server(settings, engine, defaults, transcriber.languages)
    server.app.get("/bench/counts")(counted.take)
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
