"""A whole recording over one connection. Retries are the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .audio import Chunks
from .connection import Connection
from .events import Event, UtteranceEnd
from .exchange import exchange
from .messages import Message, Ready, SpeechEnded, Transcript
from .options import StreamOptions
from .wire import configure


@dataclass(slots=True)
class RecordingTranscript:
    """What was said in a recording: its finals, and why some of it may have none."""

    session_id: str = ""
    finals: list[Transcript] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)  # a reason for each utterance without one

    @property
    def text(self) -> str:
        """All that was said."""
        return " ".join(final.text for final in self.finals)

    def add(self, told: Message | Event) -> None:
        """Take in what a server or a session says."""
        if isinstance(told, Ready):
            self.session_id = told.session_id
        elif isinstance(told, Transcript) and told.is_final:
            self.finals.append(told)
        elif isinstance(told, (SpeechEnded, UtteranceEnd)) and told.suppressed:
            self.suppressed.append(told.suppressed)


async def transcribe(
    connection: Connection,
    pcm: Iterable[bytes],
    options: StreamOptions,
    timeout_s: float,
    on_ready: Callable[[Ready], None],
) -> RecordingTranscript:
    """Send 16-bit mono audio in pieces of any length, and close the connection.

    Raises SttError; ServerTimeout where the server says nothing for ``timeout_s``.
    """
    transcript = RecordingTranscript()

    async def receive() -> None:
        async for message in connection.messages(timeout_s):
            if isinstance(message, Ready):
                on_ready(message)
            transcript.add(message)

    try:
        await exchange(connection, _send(connection, pcm, options), receive(), timeout_s)
    finally:
        await connection.close()
    return transcript


async def _send(connection: Connection, pcm: Iterable[bytes], options: StreamOptions) -> None:
    chunks = Chunks(options.sample_rate)
    await connection.send(configure(options))
    for piece in pcm:
        for chunk in chunks.push(piece):
            await connection.send_audio(chunk)
    for chunk in chunks.flush():
        await connection.send_audio(chunk)
    await connection.end()
