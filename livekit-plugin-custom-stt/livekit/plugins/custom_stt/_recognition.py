"""A whole recording over one connection, to one final. Retries are the framework's."""

from __future__ import annotations

from collections.abc import Callable

from livekit import rtc
from livekit.agents import stt
from livekit.agents.stt import SpeechEventType

from ._audio import Chunks, downmix, resample
from ._clock import AudioClock
from ._connection import Connection
from ._conversation import converse
from ._messages import Ready, SpeechEnded
from ._speech_data import joined
from ._turns import Turns
from ._wire import configure
from .options import STTOptions


async def recognize(
    connection: Connection,
    audio: rtc.AudioFrame,
    options: STTOptions,
    timeout_s: float,
    on_ready: Callable[[Ready], None],
) -> stt.SpeechEvent:
    turns = Turns(AudioClock())
    finals: list[stt.SpeechData] = []
    reasons: list[str] = []

    async def send() -> None:
        chunks = Chunks(options.sample_rate)
        await connection.send(configure(options))
        for frame in resample(downmix(audio), options.sample_rate):
            for chunk in chunks.push(frame):
                await connection.send_audio(chunk)
        for chunk in chunks.flush():
            await connection.send_audio(chunk)
        await connection.end()

    async def receive() -> None:
        async for message in connection.messages(timeout_s):
            if isinstance(message, Ready):
                on_ready(message)
            elif isinstance(message, SpeechEnded) and message.suppressed:
                reasons.append(message.suppressed)
            for event in turns.receive(message):
                if event.type is SpeechEventType.FINAL_TRANSCRIPT:
                    finals.extend(event.alternatives)

    try:
        await converse(connection, send(), receive(), timeout_s)
    finally:
        await connection.close()
    heard = joined(finals, reasons[0] if reasons else None)
    return stt.SpeechEvent(SpeechEventType.FINAL_TRANSCRIPT, turns.session_id, [heard])
