"""stt live: captions of what is being said, from a microphone or a file at its own pace."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace

from rich.console import Console

from ..session import Session, SessionLimits
from .captions import Captions
from .exit_status import ExitStatus
from .media import SAMPLE_RATE, Audio, Recording, at_real_time
from .microphone import microphone

PIECE_S = 0.1  # of audio that is sent at a time


async def live(arguments: argparse.Namespace) -> ExitStatus:
    """Show captions until the audio ends, or Ctrl-C ends it. Raises NoAudio, or SttError."""
    with _audio(arguments) as audio:
        options = replace(arguments.options, words=False, sample_rate=audio.sample_rate)
        limits = SessionLimits(overflow="drop_interims")
        async with arguments.client.stream(options, limits) as session:
            await _caption(session, audio)
    return ExitStatus.DONE


def _audio(arguments: argparse.Namespace) -> AbstractContextManager[Audio]:
    if arguments.microphone is not None:
        return microphone(arguments.microphone)
    pieces = Recording(arguments.file).pieces(PIECE_S)
    return nullcontext(Audio(at_real_time(pieces), SAMPLE_RATE))


async def _caption(session: Session, audio: Audio) -> None:
    console, notices = Console(highlight=False), Console(stderr=True, highlight=False)
    with Captions(console, notices) as captions, _finished_by_ctrl_c(session):
        session.send_from(audio.pieces, finish=True)
        async for event in session:
            captions.show(event)


@contextmanager
def _finished_by_ctrl_c(session: Session) -> Iterator[None]:
    """End the input at the first Ctrl-C, so that what was said last is shown; stop at the second.

    Both are callbacks of the loop: Python's own way raises in the middle of whatever runs. On
    Windows, whose event loop takes no signals, the first one stops.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    ending: list[asyncio.Task[None]] = []  # a task that nobody holds may vanish

    def finish() -> None:
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        ending.append(loop.create_task(session.finish()))

    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, finish)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
