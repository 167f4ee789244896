"""Detect speech in many streams at once: what waits is judged in one call of the speech model."""

import asyncio
import logging
import time

from ..errors import ModelFailed
from ..session.audio import Samples
from ..session.vad import SpeechModel, StreamState, judge

logger = logging.getLogger(__name__)

SHARE = 0.05  # of the event loop that speech detection takes while nobody waits for LONGEST_WAIT_S
LONGEST_WAIT_S = 0.01


class Job:
    """Windows of one stream, and whoever waits for their probabilities, who may have left."""

    def __init__(self, state: StreamState, windows: Samples) -> None:
        self.state = state
        self.windows = windows
        self.future: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()


class SpeechDetection:
    """Judge windows of any number of streams, on the event loop.

    A call for one window costs as much as three of a call for many. So a batch rests in proportion
    to the time that the one before took, and collects what comes meanwhile: a lone stream waits
    for nothing, hundreds wait for the others' frames, and no one for long. Beside others a file
    waits as well, with each piece: else it would take the event loop, and then the model.
    """

    def __init__(
        self, model: SpeechModel, share: float = SHARE, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        self._model = model
        self._share = share
        self._longest_wait_s = longest_wait_s
        self._waiting: list[Job] = []
        self._rested_at = 0.0  # loop time from which the next batch may begin
        self._last: StreamState | None = None  # judged in the last batch
        self._next: asyncio.Handle | None = None
        self._next_at = 0.0  # loop time

    async def judge(
        self, state: StreamState, windows: Samples, *, at_once: bool = False
    ) -> list[float]:
        """Return the probability of speech in each of n × WINDOW samples; n is at least 1.

        Raise ModelFailed if the model did.
        ``at_once``: somebody waits for what comes of it, so all who wait go now.
        """
        job = Job(state, windows)
        self._waiting.append(job)
        self._schedule(0.0 if at_once else self._rested_at)
        return await job.future

    def _schedule(self, at: float) -> None:
        """Begin the next batch at a time of the loop, or in its next turn if that is over."""
        if self._next:
            if self._next_at <= at:
                return
            self._next.cancel()
        self._next = asyncio.get_running_loop().call_at(at, self._judge_waiting)
        self._next_at = at

    def _judge_waiting(self) -> None:
        began = time.perf_counter()
        jobs, self._waiting = [job for job in self._waiting if not job.future.done()], []
        self._next = None
        if jobs:
            self._answer(jobs)
        rest_s = (time.perf_counter() - began) / self._share
        is_alone = all(job.state is self._last for job in jobs)
        wait_s = 0.0 if is_alone else min(rest_s, self._longest_wait_s)
        self._rested_at = asyncio.get_running_loop().time() + wait_s
        self._last = jobs[-1].state if jobs else None

    def _answer(self, jobs: list[Job]) -> None:
        """Judge them together. When that raises, judge each alone: one may be at fault."""
        try:
            self._judge(jobs)
        except Exception:  # whatever the model raises
            logger.exception("speech detection failed", extra={"batch_size": len(jobs)})
            for job in jobs:
                self._answer_alone(job)

    def _answer_alone(self, job: Job) -> None:
        try:
            self._judge([job])
        except Exception:  # whatever the model raises concerns this stream only
            job.future.set_exception(ModelFailed("speech detection failed on this audio"))

    def _judge(self, jobs: list[Job]) -> None:
        judged = judge(self._model, [(job.state, job.windows) for job in jobs])
        for job, probabilities in zip(jobs, judged, strict=True):
            job.future.set_result(probabilities)
