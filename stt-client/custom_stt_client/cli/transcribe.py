"""stt transcribe: recordings to files, several at once. One that fails does not stop the others."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..client import Client
from ..errors import ServerFull, SttError
from ..options import StreamOptions
from ..recording import RecordingTranscript
from ..session import Session
from .cues import Layout
from .exit_status import ExitStatus
from .formats import FORMATS, Spoken
from .media import NoAudio, Recording
from .plan import Job, UsageError, plan
from .report import Report

PIECE_S = 1.0  # of audio that is decoded and sent at a time
PLACE_LEFT_S = 0.5  # in which a server has noticed that a session is over
WITH_WORDS = {"srt", "vtt", "json"}


class NoServer(Exception):
    """No session can be opened, so the other recordings need not be tried."""


class NoRoom(NoServer):
    """The server is full, perhaps of our own sessions."""


async def transcribe(arguments: argparse.Namespace) -> ExitStatus:
    """Raise UsageError before anything is begun, NoServer where no session can be opened."""
    jobs = _plan(arguments)
    options = replace(
        arguments.options,
        interim_results=False,
        words=not WITH_WORDS.isdisjoint(arguments.output_format),
    )
    layout = Layout(arguments.max_line_width, arguments.max_line_count)
    with Report(len(jobs)) as report:
        run = Run(arguments.client, options, layout, report)
        await _several_at_once(run.do, jobs, arguments.jobs)
    return ExitStatus.FAILED if report.failed_jobs else ExitStatus.DONE


def _plan(arguments: argparse.Namespace) -> list[Job]:
    folder: Path = arguments.output_dir
    jobs = plan(arguments.files, folder, arguments.output_format, arguments.if_exists)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: no folder that can be written to ({error.strerror})") from None
    return jobs


class Run:
    """What all jobs of a command have in common."""

    def __init__(
        self, client: Client, options: StreamOptions, layout: Layout, report: Report
    ) -> None:
        self._client = client
        self._options = options
        self._layout = layout
        self._report = report

    async def do(self, job: Job) -> None:
        """Raise NoServer, and nothing that is the recording's own fault."""
        try:
            recording = await asyncio.to_thread(Recording, job.recording)
            transcript = await self._hear(job, recording)
            _write(job, Spoken(transcript.finals, recording.decoded_s, self._layout))
        except (NoAudio, SttError, OSError) as error:
            self._report.failed(job, str(error))
        else:
            self._report.done(job, recording.damaged)

    async def _hear(self, job: Job, recording: Recording) -> RecordingTranscript:
        session = await self._opened()
        bar = self._report.begin(job, recording.duration_s)
        try:
            return await _hear(
                session,
                recording,
                lambda: self._report.heard(bar, recording.decoded_s - session.lag_s),
            )
        finally:
            self._report.end(bar)

    async def _opened(self) -> Session:
        """Open a session. A place that was left a moment ago may count still: ask twice."""
        try:
            return await self._opened_now()
        except NoRoom:
            await asyncio.sleep(PLACE_LEFT_S)
            return await self._opened_now()

    async def _opened_now(self) -> Session:
        session = self._client.stream(self._options)
        try:
            await session.start()
        except ServerFull as error:
            raise NoRoom(error.message) from None
        except SttError as error:
            raise NoServer(error.message) from None
        return session


async def _hear(
    session: Session, recording: Recording, progressed: Callable[[], None]
) -> RecordingTranscript:
    async def pieces() -> AsyncIterator[bytes]:
        async for piece in recording.pieces(PIECE_S):
            yield piece
            progressed()

    transcript = RecordingTranscript()
    async with session:
        session.send_from(pieces(), finish=True)
        async for event in session:
            transcript.add(event)
            progressed()
    return transcript


def _write(job: Job, spoken: Spoken) -> None:
    """Write each file under another name first: one that is there is whole."""
    for format_, output in job.outputs.items():
        unfinished = output.with_name(f"{output.name}.part")
        try:
            unfinished.write_text(FORMATS[format_](spoken), encoding="utf-8", newline="\n")
            os.replace(unfinished, output)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)


async def _several_at_once(
    do: Callable[[Job], Awaitable[None]], jobs: Iterable[Job], at_once: int
) -> None:
    """Do all jobs. The first exception cancels what is under way, and is raised.

    A worker for which there is no room gives its job back and ends, as long as another is at work:
    that one takes the job once it is done with its own.
    """
    waiting = deque(jobs)
    working = at_once

    async def work() -> None:
        nonlocal working
        while waiting:
            job = waiting.popleft()
            try:
                await do(job)
            except NoRoom:
                if working == 1:
                    raise
                waiting.appendleft(job)
                break
        working -= 1

    workers = [asyncio.create_task(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
