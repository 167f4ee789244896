"""Run the model on batches from every session. The only code that knows of threads."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ..errors import ModelFailed
from ..observer import Observer
from ..session.decoding import DecodeRequest, Transcript
from .job import Job, Key, Transcriber
from .presence import Presence
from .scheduler import Scheduler

logger = logging.getLogger(__name__)


class Engine:
    """The decoder of this process (contract.py).

    Each worker runs one batch at a time on the transcriber that is given for it: the same one,
    or one for each GPU. All must have the same model.
    """

    def __init__(
        self,
        workers: Sequence[Transcriber],
        scheduler: Scheduler[Job],
        observer: Observer | None = None,
    ) -> None:
        self.name = workers[0].name
        self.languages = workers[0].languages
        self.alive = False
        self._workers = workers
        self._unanswered: set[Job] = set()  # waiting, or at the model
        self._busy = 0
        self._presence = Presence()
        self._observer = observer or Observer()
        self._updates_at = 0.0  # loop time from which interims may be updated again
        self._scheduler = scheduler
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Requests that the model has not begun."""
        return len(self._scheduler.waiting)

    async def decode(
        self, request: DecodeRequest, ahead_s: float = 0.0, *, live: bool = True
    ) -> Transcript:
        key = await self._batch_key(request)
        if not self.alive:
            raise ModelFailed("the engine is not running")
        now = _now()
        job = Job(request, key, due_at=now + ahead_s)
        if live:
            self._presence.note(now)
        self._enqueue(job)
        self._unanswered.add(job)
        try:
            return await job.future
        finally:
            self._unanswered.discard(job)

    async def run(self) -> None:
        """Serve until cancelled. Whoever still waits then is told."""
        self.alive = True
        threads = ThreadPoolExecutor(len(self._workers), thread_name_prefix="model")
        try:
            async with asyncio.TaskGroup() as tasks:
                for transcriber in self._workers:
                    tasks.create_task(self._work(transcriber, threads))
        finally:
            self.alive = False
            for job in self._unanswered:
                job.fail(ModelFailed("the engine has stopped"))
            threads.shutdown(wait=False)  # a call of the model cannot be interrupted

    async def _batch_key(self, request: DecodeRequest) -> Key:
        """A thread turns prompts into tokens: it takes 2 ms for a long one, and others wait."""
        batch_key = self._workers[0].batch_key
        if request.options.prompt or request.options.keyterms:
            return await asyncio.to_thread(batch_key, request)
        return batch_key(request)

    async def _work(self, transcriber: Transcriber, threads: ThreadPoolExecutor) -> None:
        """Run one batch after the other, beside the other workers."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while jobs := self._next_batch():
                self._busy += 1
                began_at = _now()
                is_live_update = jobs[0].is_update and not jobs[0].is_ahead
                await self._run_batch(jobs, transcriber, threads)
                if is_live_update:
                    self._rest(began_at, transcriber.rest * len(jobs))
                self._busy -= 1
                self._wake.set()  # interims may have waited for this worker

    def _rest(self, began_at: float, rest: float) -> None:
        """Begin no batch of updates for a while: they collect, and fill the next one."""
        loop = asyncio.get_running_loop()
        self._updates_at = loop.time() + rest * (loop.time() - began_at)
        if rest:
            loop.call_at(self._updates_at, self._wake.set)

    def _next_batch(self) -> list[Job]:
        """Keep the last of several free workers for whoever must not wait.

        Interims and second opinions never take it. Where someone speaks live, neither do the
        finals of clients that are ahead of real time, which would keep both workers and leave no
        interim to anyone.
        """
        now = _now()
        resting, live = now < self._updates_at, self._presence.at(now)

        def is_awake(job: Job) -> bool:
            return not (resting and job.is_update)

        def must_not_wait(job: Job) -> bool:
            return job.is_urgent and not (live and job.is_ahead)

        free = len(self._workers) - self._busy
        is_last = len(self._workers) > 1 and free == 1
        return self._scheduler.next_batch(must_not_wait if is_last else is_awake, is_awake)

    def _enqueue(self, job: Job) -> None:
        self._scheduler.add(job)
        self._wake.set()

    async def _run_batch(
        self, jobs: list[Job], transcriber: Transcriber, threads: ThreadPoolExecutor
    ) -> None:
        """Answer each job. When a batch raises, each is run again alone: one may be at fault."""
        jobs = [job for job in jobs if not job.future.done()]
        if not jobs:
            return
        for job in jobs:
            job.begin()
        run = partial(asyncio.get_running_loop().run_in_executor, threads)
        try:
            transcripts: Sequence[Transcript | None]
            if jobs[0].doubted:
                transcripts = [await run(next, jobs[0].second_opinion)]
            else:
                call = partial(transcriber.transcribe, [job.request for job in jobs], jobs[0].key)
                transcripts = await run(call)
            self._observer.batch_decoded(len(jobs), _now() - jobs[0].began_at)
            for job, transcript in zip(jobs, transcripts, strict=True):
                self._take(job, transcript, transcriber)
        except Exception:  # whatever the model raises concerns these callers only
            logger.exception("model failed", extra={"batch_size": len(jobs)})
            if len(jobs) == 1:
                jobs[0].give_up()
            else:
                for job in jobs:
                    await self._run_batch([job], transcriber, threads)

    def _take(self, job: Job, transcript: Transcript | None, transcriber: Transcriber) -> None:
        """Answer the job. One that is doubted waits before each step, and delays nobody else."""
        if transcript is None:
            self._enqueue(job)
        elif job.doubted is None and transcriber.doubts(job.request, transcript, job.key):
            job.doubt(transcript, transcriber.reconsider(job.request, transcript, job.key))
            self._enqueue(job)
        else:
            job.resolve(transcript)


def _now() -> float:
    return asyncio.get_running_loop().time()
