"""A recording through the plugin, and what a user of the plugin heard of it."""

import asyncio
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jiwer
from livekit import rtc
from livekit.agents import APIConnectOptions, stt
from livekit.agents.stt import SpeechEventType as Type
from livekit.plugins.custom_stt import STT, STTOptions

from stt_api.session.audio import SAMPLE_RATE
from stt_api.word_errors import words

from .pacing import paced

ENGLISH = STTOptions(language="en")
PATIENT = APIConnectOptions(max_retry=1000, retry_interval=0.1, timeout=3.0)
LETTERS = {
    Type.START_OF_SPEECH: "S",
    Type.INTERIM_TRANSCRIPT: "i",
    Type.FINAL_TRANSCRIPT: "F",
    Type.END_OF_SPEECH: "E",
}


@dataclass(frozen=True)
class Heard:
    """All events of a stream but the usage."""

    events: tuple[stt.SpeechEvent, ...]

    @property
    def finals(self) -> list[stt.SpeechData]:
        finals = (event for event in self.events if event.type is Type.FINAL_TRANSCRIPT)
        return [final.alternatives[0] for final in finals]

    @property
    def text(self) -> str:
        return " ".join(final.text for final in self.finals)

    @property
    def shape(self) -> str:
        """A letter for each event: S and E around speech, i for an interim, F for a final."""
        return "".join(LETTERS[event.type] for event in self.events)

    def is_paired(self) -> bool:
        return re.fullmatch("(Si*(F+i*)*E)*", self.shape) is not None

    def is_in_order(self) -> bool:
        """Each final ends before the next begins: none comes twice."""
        times = [time for final in self.finals for time in (final.start_time, final.end_time)]
        return all(a <= b + 0.05 for a, b in itertools.pairwise(times))

    def understood(self, reference: str) -> set[int]:
        """Which words of ``reference``, by their places, were heard."""
        said, heard = " ".join(words(reference)), " ".join(words(self.text)) or "-"
        alignment = jiwer.process_words(said, heard).alignments[0]
        equal = (chunk for chunk in alignment if chunk.type == "equal")
        return {i for chunk in equal for i in range(chunk.ref_start_idx, chunk.ref_end_idx)}


def frames(
    pcm: bytes, milliseconds: int = 20, rate: int = SAMPLE_RATE, channels: int = 1
) -> Iterator[rtc.AudioFrame]:
    """16-bit ``pcm`` in frames; the last may be shorter."""
    size = 2 * channels * (rate * milliseconds // 1000)
    for offset in range(0, len(pcm), size):
        piece = pcm[offset : offset + size]
        yield rtc.AudioFrame(piece, rate, channels, len(piece) // 2 // channels)


async def push(stream: stt.RecognizeStream, audio: Iterable[rtc.AudioFrame], pace: float) -> None:
    """Push what a microphone hears; ``pace`` 1 is real time."""
    async for frame in paced(audio, lambda frame: frame.duration, pace):
        stream.push_frame(frame)


async def listen(url: str, pcm: bytes, pace: float = 16.0) -> Heard:
    async with STT(api_url=url, options=ENGLISH) as plugin:
        stream = plugin.stream(conn_options=PATIENT)
        pushing = asyncio.create_task(push(stream, frames(pcm), pace))
        pushing.add_done_callback(lambda _: stream.end_input())
        events = [event async for event in stream]
        await pushing
    return Heard(tuple(event for event in events if event.type in LETTERS))
