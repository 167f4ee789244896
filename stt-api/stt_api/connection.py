"""The I/O shell: one WebSocket, one protocol, one session, the shared engine."""

import asyncio
import logging
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict

from fastapi import WebSocket, WebSocketDisconnect

from .engine.engine import Engine
from .engine.speech_detection import SpeechDetection
from .errors import ClientError, ClientTooSlow, MessageTooLarge, SttError
from .inbox import ClientGone, Inbox
from .pace import Pace
from .protocols.base import (
    Audio,
    Command,
    Configure,
    Configured,
    EndOfStream,
    Finalize,
    KeepAlive,
    Limits,
    Message,
    Ready,
    WireProtocol,
)
from .session.config import SessionConfig
from .session.decoding import DecodeRequest
from .session.events import EndReason
from .session.session import Session
from .session.vad import StreamState

logger = logging.getLogger(__name__)

# Speech detection of a piece takes half a millisecond. A final of somebody live passes the event
# loop about eight times, behind a piece of everyone who sends a file each time.
PIECES_PER_S = 5


class Connection:
    """Serve one client. ``shut_down()`` may be called from outside at any time."""

    def __init__(
        self,
        socket: WebSocket,
        protocol: WireProtocol,
        detection: SpeechDetection,
        engine: Engine,
        limits: Limits,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.closed = asyncio.Event()
        self._socket = socket
        self._inbox = Inbox(socket)
        self._protocol = protocol
        self._detection = detection
        self._begin(protocol.config)
        self._heard_audio = False
        self._engine = engine
        self._limits = limits
        self._tasks: asyncio.TaskGroup
        self._sending = asyncio.Lock()  # keeps events in order
        self._decoding: asyncio.Task[None] | None = None
        self._decoded = asyncio.Event()
        now = asyncio.get_running_loop().time()
        self._deadline = now + (limits.max_session_s or float("inf"))
        self._deadline_reason = EndReason.MAX_DURATION

    async def serve(self) -> None:
        """Return when everything is said and the socket is closed, or the client is gone."""
        await self._socket.accept()
        logger.info("session started", extra={"session_id": self.id})
        ending: EndReason | SttError | None = None
        try:
            ending = await self._converse()
        except ExceptionGroup as group:  # of the tasks; the first failure has stopped the others
            ending = _failure(group)
        finally:
            fields = {"session_id": self.id, "ending": _name(ending)}
            logger.info("session ended", extra={**fields, **asdict(self._session.counts)})
            if ending:
                await self._close(ending)
            self.closed.set()

    def shut_down(self) -> None:
        """Take no more messages; say everything that is owed, then close."""
        self._deadline = asyncio.get_running_loop().time()
        self._deadline_reason = EndReason.SERVER_SHUTDOWN
        self._inbox.interrupt()

    async def _converse(self) -> EndReason | SttError:
        """Return why it ended, after the last event."""
        async with asyncio.TaskGroup() as self._tasks:
            reading = self._tasks.create_task(self._inbox.fill())
            ready = Ready(self.id, self._engine.name, self._protocol.config, self._limits)
            await self._say(self._protocol.encode(ready))
            ending: EndReason | SttError
            try:
                ending = await self._listen()
            except ClientError as error:
                ending = error
            await self._flush()
            self._session.end(ending if isinstance(ending, EndReason) else EndReason.FAILED)
            self._inbox.close()
            await self._pump()
            while self._decoding:  # each ends with the start of the next
                await asyncio.wait({self._decoding})
            reading.cancel()
        return ending

    # In.

    async def _listen(self) -> EndReason:
        """Take messages until one of them, or the time, ends the stream."""
        while True:
            message = await self._next_message()
            if isinstance(message, EndReason):
                return message
            try:
                command = self._protocol.decode(message)
            except ClientError as error:
                if error.fatal:
                    raise
                await self._say(self._protocol.encode_error(error))
                continue
            if isinstance(command, EndOfStream):
                return EndReason.END_OF_STREAM
            await self._obey(command)

    async def _next_message(self) -> Message | EndReason:
        clock = asyncio.get_running_loop().time
        if clock() >= self._deadline:
            return self._deadline_reason
        until = min(clock() + self._limits.idle_timeout_s, self._deadline)
        message = await self._inbox.next(until)
        if message is None:
            return self._deadline_reason if clock() >= self._deadline else EndReason.IDLE_TIMEOUT
        if len(message) > (limit := self._limits.max_message_bytes):
            raise MessageTooLarge(f"message: {len(message)} bytes; at most {limit} are allowed")
        return message

    async def _obey(self, command: Command) -> None:
        match command:
            case Audio(data):
                await self._hear(data)
            case Finalize(finalize_id):
                await self._flush()
                self._session.finalize(finalize_id)
                await self._pump()
            case Configure():
                await self._configure(command)
            case KeepAlive() | EndOfStream():
                pass

    async def _hear(self, data: bytes) -> None:
        """Take audio in pieces, so that others have their turn and memory its bound."""
        self._heard_audio = True
        audio = self._session.config.audio
        step = audio.sample_rate // PIECES_PER_S * audio.frame_bytes
        for start in range(0, len(data), step):
            while not self._session.wants_audio():
                self._decoded.clear()
                await self._decoded.wait()
            await self._hear_piece(data[start : start + step])

    async def _hear_piece(self, piece: bytes) -> None:
        self._session.receive_audio(piece)
        judged = await self._judge()
        seconds, now = self._session.config.audio.seconds(piece), asyncio.get_running_loop().time()
        self._pace.received(seconds, now)
        await self._pump()
        rest_s = self._pace.rest_s(seconds, now, live=self._engine.live)
        if rest_s or not judged:  # others have had their turn while it was judged
            await asyncio.sleep(rest_s)

    async def _flush(self) -> None:
        """Take the end of what was said, before the session is asked to end something."""
        self._session.flush()
        await self._judge(at_once=True)

    async def _judge(self, *, at_once: bool = False) -> bool:
        """Have judged what has come, if that is a window or more, together with others' windows."""
        windows = self._session.windows_to_judge()
        if len(windows):
            judged = await self._detection.judge(self._speech, windows, at_once=at_once)
            self._session.receive_probabilities(judged)
        return len(windows) > 0

    def _begin(self, config: SessionConfig) -> None:
        """Start over: nothing was heard yet."""
        self._session = Session(config)
        self._speech = StreamState()
        self._pace = Pace(asyncio.get_running_loop().time(), config.warm_up_s)

    async def _configure(self, command: Configure) -> None:
        config = command.config
        if self._heard_audio:
            self._session.configure(config)
        else:
            self._begin(config)
        ready = Ready(self.id, self._engine.name, config, self._limits, command.ignored)
        await self._say(self._protocol.encode(ready if command.greet else Configured(config)))

    # Out.

    async def _pump(self) -> None:
        """Move everything the session has produced to where it goes."""
        if request := self._session.request_to_decode():
            if self._decoding:
                self._decoding.cancel()  # an interim that a final takes the place of
            self._decoding = self._tasks.create_task(self._decode(request))
        if self._session.has_events:
            async with self._sending:
                for event in self._session.events_to_send():
                    await self._send(self._protocol.encode(event))

    async def _decode(self, request: DecodeRequest) -> None:
        live = self._pace.is_live(asyncio.get_running_loop().time())
        transcript = await self._engine.submit(request, self._pace.due_at, live=live)
        self._decoding = None
        self._session.receive_transcript(transcript)
        self._decoded.set()
        await self._pump()

    async def _say(self, reply: Iterable[str]) -> None:
        async with self._sending:
            await self._send(reply)

    async def _send(self, messages: Iterable[str]) -> None:
        try:
            for message in messages:
                async with asyncio.timeout(self._limits.send_timeout_s):
                    await self._socket.send_text(message)
        except TimeoutError:
            raise ClientTooSlow("the client does not read what it is sent") from None
        except (WebSocketDisconnect, RuntimeError):  # Starlette's word for a closed socket
            raise ClientGone from None

    async def _close(self, ending: EndReason | SttError) -> None:
        """Say why, and close; try for no longer than a message may take.

        A client that does not read keeps its socket no longer for that: once ``serve()`` has
        returned, the server cuts it off (websocket_protocol.py).
        """
        with suppress(ClientGone, ClientTooSlow, TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(self._limits.send_timeout_s):
                if isinstance(ending, SttError):
                    await self._say(self._protocol.encode_error(ending))
                await self._socket.close(self._protocol.close_code(ending))


def _failure(group: ExceptionGroup) -> SttError | None:
    """Return what to tell the client; None when it is gone. Log what nobody expected."""
    if group.subgroup(ClientGone):
        return None
    if errors := group.subgroup(SttError):
        first = errors.exceptions[0]
        return first if isinstance(first, SttError) else SttError("internal error")
    logger.error("connection failed", exc_info=group)
    return SttError("internal error")


def _name(ending: EndReason | SttError | None) -> str:
    if ending is None:
        return "client_gone"
    return str(ending) if isinstance(ending, EndReason) else ending.code
