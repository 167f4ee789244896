"""Run the server in one of the ways that the bench compares: python -m bench.serve MODE.

    ours      as it is
    serial    each request alone and padded to 30 s, one after the other, as behind one lock
    batch16   up to 16 requests padded to 30 s, 50 ms of waiting before each batch

The baselines keep our voice activity detection, endpointing, speculation and order (finals
first), which their peers do not all have: what differs is only how the model is used.
"""

import sys
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from stt_api.config import Settings
from stt_api.engine.engine import Transcriber
from stt_api.engine.models import EncoderContext
from stt_api.logs import log_to_stderr
from stt_api.server import build_server, load_transcriber
from stt_api.session.decoding import DecodeRequest, Transcript


@dataclass(frozen=True, slots=True)
class Mode:
    full_context: bool
    max_batch_size: int | None
    wait_s: float


MODES = {
    "ours": Mode(False, None, 0.0),
    "serial": Mode(True, 1, 0.0),
    "batch16": Mode(True, 16, 0.05),
}


class Counted:
    """A transcriber that counts its batches and its time."""

    def __init__(self, transcriber: Transcriber, wait_s: float) -> None:
        self.name = transcriber.name
        self.batch_sizes: list[int] = []
        self.busy_s = 0.0
        self._transcriber = transcriber
        self._wait_s = wait_s

    def batch_key(self, request: DecodeRequest) -> Hashable:
        return self._transcriber.batch_key(request)

    def transcribe(self, requests: Sequence[DecodeRequest]) -> list[Transcript]:
        time.sleep(self._wait_s)
        began = time.perf_counter()
        transcripts = self._transcriber.transcribe(requests)
        self.busy_s += time.perf_counter() - began
        self.batch_sizes.append(len(requests))
        return transcripts

    def take(self) -> dict[str, object]:
        """Return the counts since the last call."""
        counts = {"batch_sizes": self.batch_sizes, "busy_s": self.busy_s}
        self.batch_sizes, self.busy_s = [], 0.0
        return counts


def settings(mode: Mode) -> Settings:
    """The environment's, with what the mode fixes."""
    fixed: dict[str, object] = {}
    if mode.full_context:
        fixed["encoder_context"] = EncoderContext.FULL.value
    if mode.max_batch_size:
        fixed["max_batch_size"] = mode.max_batch_size
    return Settings().model_copy(update=fixed)


def serve(mode: Mode) -> None:
    chosen = settings(mode)
    transcriber = load_transcriber(chosen)
    counted = Counted(transcriber, mode.wait_s)
    server = build_server(chosen, counted, transcriber.languages)
    server.app.get("/bench/counts")(counted.take)
    server.run()


if __name__ == "__main__":
    log_to_stderr("warning")
    serve(MODES[sys.argv[1]])
