"""How long a final takes once it is asked for, 0.25 s after the end of speech."""

import asyncio
import time

from livekit import rtc
from livekit.agents.stt import RecognizeStream, SpeechEventType
from livekit.plugins import custom_stt
from websockets.asyncio.client import ClientConnection

from stt_api.session.audio import SAMPLE_RATE
from stt_testing.native_client import command, connection, messages, speak
from stt_testing.pacing import live
from stt_testing.recordings import recordings

AFTER_SPEECH_S = 0.25  # the speculative final has been asked for at 0.2 s
SENTENCES = 12


def sentences(count: int) -> list[bytes]:
    """Short sentences as 16 kHz PCM that ends AFTER_SPEECH_S behind the last sound."""
    clips = [clip for clip in recordings("short") if clip.utterances[-1].end < 3.0][:count]
    ends = [int((clip.utterances[-1].end + AFTER_SPEECH_S) * SAMPLE_RATE) for clip in clips]
    return [clip.pcm()[: 2 * end] for clip, end in zip(clips, ends, strict=True)]


def run_flushes(url: str, sessions: int, count: int = SENTENCES) -> list[float]:
    """Return the seconds from ``finalize`` to the final, for every sentence of every session."""
    return asyncio.run(_sessions(url, sessions, count))


async def _sessions(url: str, sessions: int, count: int) -> list[float]:
    delays_s = (0.3 * number for number in range(sessions))
    taken = await asyncio.gather(*(_session(url, delay_s, count) for delay_s in delays_s))
    return [seconds for each in taken for seconds in each]


async def _session(url: str, delay_s: float, count: int) -> list[float]:
    await asyncio.sleep(delay_s)
    async with connection(url, language="en") as socket:
        return [await _flush(socket, pcm) for pcm in sentences(count)]


async def _flush(socket: ClientConnection, pcm: bytes) -> float:
    await speak(socket, pcm)
    asked = time.perf_counter()
    await command(socket, "finalize", id=1)
    final = 0.0
    async for message in messages(socket):
        if message["type"] == "transcript" and message["is_final"]:
            final = time.perf_counter()
        if message["type"] == "finalized":
            return (final or time.perf_counter()) - asked
    raise ConnectionError("the server closed before the final")


def run_plugin_flushes(url: str, count: int = SENTENCES) -> list[float]:
    """The same through the LiveKit plugin: from ``flush()`` to FINAL_TRANSCRIPT."""
    return asyncio.run(_plugin(url, count))


async def _plugin(url: str, count: int) -> list[float]:
    options = custom_stt.STTOptions(language="en")
    async with custom_stt.STT(api_url=url, options=options) as plugin, plugin.stream() as stream:
        return [await _plugin_flush(stream, pcm) for pcm in sentences(count)]


async def _plugin_flush(stream: RecognizeStream, pcm: bytes) -> float:
    async for frame in live(pcm):
        stream.push_frame(rtc.AudioFrame(frame, SAMPLE_RATE, 1, len(frame) // 2))
    asked = time.perf_counter()
    stream.flush()
    async for event in stream:
        if event.type is SpeechEventType.FINAL_TRANSCRIPT:
            return time.perf_counter() - asked
    raise ConnectionError("the stream ended before the final")
