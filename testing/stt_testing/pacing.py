"""When each piece of a sound is there, at the pace at which people speak or a multiple of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TypeVar

from stt_api.session.audio import SAMPLE_RATE

Frame = TypeVar("Frame")


async def paced(
    frames: Iterable[Frame], seconds: Callable[[Frame], float], pace: float = 1.0
) -> AsyncIterator[Frame]:
    """Yield each frame once its last sample would have been spoken, counted from the first call.

    ``seconds`` is how long a frame lasts. ``pace`` 1 is real time, 2 twice as fast, ``math.inf``
    without waiting. Who comes late for a frame gets those that are due meanwhile at once.
    """
    now = asyncio.get_running_loop().time
    due = now()
    for frame in frames:
        due += seconds(frame) / pace
        await asyncio.sleep(due - now())
        yield frame


def live(pcm: bytes, frame_s: float = 0.05, pace: float = 1.0) -> AsyncIterator[bytes]:
    """Yield 16-bit mono ``pcm`` at 16 kHz in frames of ``frame_s``.

    The last frame may be shorter; it comes when a whole one would, as from a sound card.
    """
    return paced(_frames(pcm, frame_s), lambda _: frame_s, pace)


def _frames(pcm: bytes, frame_s: float) -> Iterator[bytes]:
    size = 2 * round(frame_s * SAMPLE_RATE)
    for offset in range(0, len(pcm), size):
        yield pcm[offset : offset + size]
