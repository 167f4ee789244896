"""Transcriptions of this process: a session, the speech model beside others', and a decoder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from ..decoding.contract import Decoder
from ..decoding.presence import Presence
from ..errors import ServerError
from ..observer import Observer
from ..session.config import SessionConfig
from ..session.decoding import DecodeRequest
from ..session.events import EndReason, Event, SessionEnded
from ..session.outbox import FinalCounts
from ..session.session import Session
from ..session.vad import SpeechModel, StreamState
from .pace import Pace
from .speech_detection import SpeechDetection

# Speech detection of a piece takes half a millisecond. A final of somebody live passes the event
# loop about eight times, behind a piece of everyone who sends a file each time.
PIECES_PER_S = 5


class LocalTranscriptions:
    """What the transcriptions of this process share: the models, and who speaks live."""

    def __init__(
        self, decoder: Decoder, speech_model: SpeechModel, observer: Observer | None = None
    ) -> None:
        self.decoder = decoder
        self.detection = SpeechDetection(speech_model)
        self.presence = Presence()
        self.observer = observer or Observer()

    @property
    def name(self) -> str:
        return self.decoder.name

    @property
    def alive(self) -> bool:
        return self.decoder.alive

    async def run(self) -> None:
        await self.decoder.run()

    def open(self, config: SessionConfig) -> "LocalTranscription":
        return LocalTranscription(self, config)


class LocalTranscription:
    """See contract.py.

    Input and decodes each move the session on, on one event loop, and then ``_pump()``: that
    starts the decode that the session asks for, and wakes whoever waits for events. Input waits for
    room, which decodes and those who take the events make. A failure is raised to both.
    """

    def __init__(self, shared: LocalTranscriptions, config: SessionConfig) -> None:
        self._shared = shared
        self._session = Session(config)
        self._speech = StreamState()
        self._pace = Pace(_now(), config.warm_up_s)
        self._decoding: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        self._news = asyncio.Event()

    @property
    def counts(self) -> FinalCounts:
        return self._session.counts

    async def __aenter__(self) -> "LocalTranscription":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._decoding:
            self._decoding.cancel()
        self._shared.observer.transcription_ended(self._session.seconds, self.counts)

    # Input.

    async def send(self, audio: bytes) -> None:
        for piece in self._pieces(audio):
            await self._until(self._session.wants_audio)
            self._session.receive_audio(piece)
            others_ran = await self._judge()
            self._pump()
            await self._rest(self._session.config.audio.seconds(piece), others_ran=others_ran)

    async def finalize(self, finalize_id: int | None = None) -> None:
        await self._until(self._session.wants_input)
        await self._flush()
        self._session.finalize(finalize_id)
        self._pump()

    async def configure(self, config: SessionConfig) -> None:
        await self._until(self._session.wants_input)
        if not self._session.heard_audio:
            self._pace = Pace(_now(), config.warm_up_s)
        self._session.configure(config)
        self._pump()

    async def end(self, reason: EndReason = EndReason.END_OF_STREAM) -> None:
        await self._flush()
        self._session.end(reason)
        self._pump()

    # Output.

    async def __aiter__(self) -> AsyncIterator[list[Event]]:
        """Give what it is time to say; asked for only then, so that nothing is overtaken."""
        ended = False
        while not ended:
            await self._until(lambda: self._session.has_events)
            events = self._session.events_to_send()
            self._news.set()  # there is room for input again
            ended = isinstance(events[-1], SessionEnded)
            yield events

    # Internals.

    def _pieces(self, audio: bytes) -> Iterator[bytes]:
        """Divide it, so that others have their turn and memory its bound."""
        form = self._session.config.audio
        step = form.sample_rate // PIECES_PER_S * form.frame_bytes
        return (audio[start : start + step] for start in range(0, len(audio), step))

    async def _flush(self) -> None:
        """Take the end of what was said, and let nobody wait for it."""
        self._session.flush()
        await self._judge(at_once=True)

    async def _judge(self, *, at_once: bool = False) -> bool:
        """Have judged what has come, if that is a window or more, together with others' windows.

        Tell if it was: then others had their turn meanwhile.
        """
        windows = self._session.windows_to_judge()
        if len(windows):
            try:
                judged = await self._shared.detection.judge(self._speech, windows, at_once=at_once)
            except ServerError as error:
                self._fail(error)
                raise
            self._session.receive_probabilities(judged)
        return len(windows) > 0

    async def _rest(self, seconds: float, *, others_ran: bool) -> None:
        """Let others run after so much audio, for longer where this is a file beside speakers."""
        now = _now()
        self._pace.received(seconds, now)
        rest_s = self._pace.rest_s(seconds, now, live=self._shared.presence.at(now))
        if rest_s or not others_ran:
            await asyncio.sleep(rest_s)

    def _pump(self) -> None:
        if request := self._session.request_to_decode():
            if self._decoding:
                self._decoding.cancel()  # an interim that a final takes the place of
            self._decoding = asyncio.create_task(self._decode(request))
        if self._session.has_events:  # most pieces of audio cause none
            self._news.set()

    async def _decode(self, request: DecodeRequest) -> None:
        now = _now()
        live = self._pace.is_live(now)
        if live:
            self._shared.presence.note(now)
        try:
            transcript = await self._shared.decoder.decode(
                request, self._pace.due_at - now, live=live
            )
            self._decoding = None
            self._session.receive_transcript(request, transcript)
            self._news.set()  # there may be room for audio again
            self._pump()
        except Exception as error:  # the model's, or one that nobody expected
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self._news.set()

    async def _until(self, ready: Callable[[], bool]) -> None:
        """Wait for what a decode, or whoever takes the events, brings about."""
        while not ready():
            if self._failure:
                raise self._failure
            self._news.clear()
            await self._news.wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
