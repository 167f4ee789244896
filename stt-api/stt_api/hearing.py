"""What one client's session hears: audio in pieces, judged beside others' and at a pace."""

import asyncio
from collections.abc import Iterator

from .engine.speech_detection import SpeechDetection
from .pace import Pace
from .session.config import SessionConfig
from .session.session import Session
from .session.vad import StreamState

# Speech detection of a piece takes half a millisecond. A final of somebody live passes the event
# loop about eight times, behind a piece of everyone who sends a file each time.
PIECES_PER_S = 5


class Hearing:
    """For each of the ``pieces()``: ``take()`` it, send what comes of it, and rest ``rest_s()``.

    ``flush()`` before the session is asked to end something.
    """

    def __init__(self, detection: SpeechDetection, config: SessionConfig) -> None:
        self._detection = detection
        self._begin(config)

    def configure(self, config: SessionConfig) -> None:
        if self._heard_audio:
            self.session.configure(config)
        else:
            self._begin(config)

    def pieces(self, audio: bytes) -> Iterator[bytes]:
        """Divide it, so that others have their turn and memory its bound."""
        form = self.session.config.audio
        step = form.sample_rate // PIECES_PER_S * form.frame_bytes
        return (audio[start : start + step] for start in range(0, len(audio), step))

    async def take(self, piece: bytes) -> bool:
        """Tell if others had their turn meanwhile: they did if there was a window to be judged."""
        self._heard_audio = True
        self.session.receive_audio(piece)
        judged = await self._judge()
        self.pace.received(self.session.config.audio.seconds(piece), _now())
        return judged

    def rest_s(self, piece: bytes, *, live: bool) -> float:
        """Return how long others have the event loop to themselves after it."""
        return self.pace.rest_s(self.session.config.audio.seconds(piece), _now(), live=live)

    async def flush(self) -> None:
        """Take the end of what was said, and let nobody wait for it."""
        self.session.flush()
        await self._judge(at_once=True)

    def _begin(self, config: SessionConfig) -> None:
        """Start over: nothing was heard yet."""
        self._heard_audio = False
        self._speech = StreamState()
        self.session = Session(config)
        self.pace = Pace(_now(), config.warm_up_s)

    async def _judge(self, *, at_once: bool = False) -> bool:
        """Have judged what has come, if that is a window or more, together with others' windows."""
        windows = self.session.windows_to_judge()
        if len(windows):
            judged = await self._detection.judge(self._speech, windows, at_once=at_once)
            self.session.receive_probabilities(judged)
        return len(windows) > 0


def _now() -> float:
    return asyncio.get_running_loop().time()
