"""The I/O shell: one WebSocket, one protocol, one session, the shared engine."""

import asyncio
import logging
import uuid
from collections.abc import Iterator
from dataclasses import asdict

from fastapi import WebSocket

from .ending import Ending, ending_of, name_of
from .engine.engine import Engine
from .engine.speech_detection import SpeechDetection
from .errors import ClientError, MessageTooLarge, SttError
from .hearing import Hearing
from .inbox import Inbox
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
from .sender import Sender
from .session.decoding import DecodeRequest
from .session.events import EndReason
from .session.session import Session

logger = logging.getLogger(__name__)


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
        self._sender = Sender(socket, limits.send_timeout_s)
        self._hearing = Hearing(detection, protocol.config)
        self._engine = engine
        self._limits = limits
        self._tasks: asyncio.TaskGroup
        self._decoding: asyncio.Task[None] | None = None
        self._decoded = asyncio.Event()
        now = asyncio.get_running_loop().time()
        self._deadline = now + (limits.max_session_s or float("inf"))
        self._deadline_reason = EndReason.MAX_DURATION

    async def serve(self) -> None:
        """Return when everything is said and the socket is closed, or the client is gone."""
        await self._socket.accept()
        logger.info("session started", extra={"session_id": self.id})
        ending: Ending = None
        try:
            ending = await self._converse()
        except ExceptionGroup as group:  # of the tasks; the first failure has stopped the others
            ending = ending_of(group)
        finally:
            fields = {"session_id": self.id, "ending": name_of(ending)}
            logger.info("session ended", extra={**fields, **asdict(self._session.counts)})
            if ending:
                last = self._protocol.encode_error(ending) if isinstance(ending, SttError) else ()
                await self._sender.close(self._protocol.close_code(ending), last)
            self.closed.set()

    def shut_down(self) -> None:
        """Take no more messages; say everything that is owed, then close."""
        self._deadline = asyncio.get_running_loop().time()
        self._deadline_reason = EndReason.SERVER_SHUTDOWN
        self._inbox.interrupt()

    @property
    def _session(self) -> Session:
        return self._hearing.session

    async def _converse(self) -> EndReason | SttError:
        """Return why it ended, after the last event."""
        async with asyncio.TaskGroup() as self._tasks:
            reading = self._tasks.create_task(self._inbox.fill())
            ready = Ready(self.id, self._engine.name, self._protocol.config, self._limits)
            await self._sender.say(self._protocol.encode(ready))
            ending: EndReason | SttError
            try:
                ending = await self._listen()
            except ClientError as error:
                ending = error
            await self._hearing.flush()
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
                await self._sender.say(self._protocol.encode_error(error))
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
                await self._hearing.flush()
                self._session.finalize(finalize_id)
                await self._pump()
            case Configure():
                await self._configure(command)
            case KeepAlive() | EndOfStream():
                pass

    async def _hear(self, data: bytes) -> None:
        for piece in self._hearing.pieces(data):
            while not self._session.wants_audio():
                self._decoded.clear()
                await self._decoded.wait()
            others_ran = await self._hearing.take(piece)
            await self._pump()
            rest_s = self._hearing.rest_s(piece, live=self._engine.live)
            if rest_s or not others_ran:
                await asyncio.sleep(rest_s)

    async def _configure(self, command: Configure) -> None:
        config = command.config
        self._hearing.configure(config)
        ready = Ready(self.id, self._engine.name, config, self._limits, command.ignored)
        reply = ready if command.greet else Configured(config)
        await self._sender.say(self._protocol.encode(reply))

    # Out.

    async def _pump(self) -> None:
        """Move everything the session has produced to where it goes."""
        if request := self._session.request_to_decode():
            if self._decoding:
                self._decoding.cancel()  # an interim that a final takes the place of
            self._decoding = self._tasks.create_task(self._decode(request))
        if self._session.has_events:
            await self._sender.say(self._events())

    def _events(self) -> Iterator[str]:
        """Yield what it is time to send; asked for only then, so that nothing is overtaken."""
        for event in self._session.events_to_send():
            yield from self._protocol.encode(event)

    async def _decode(self, request: DecodeRequest) -> None:
        live = self._hearing.pace.is_live(asyncio.get_running_loop().time())
        transcript = await self._engine.submit(request, self._hearing.pace.due_at, live=live)
        self._decoding = None
        self._session.receive_transcript(transcript)
        self._decoded.set()
        await self._pump()
