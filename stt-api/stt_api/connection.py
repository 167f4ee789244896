"""The I/O shell: one WebSocket, one protocol, one transcription."""

import asyncio
import logging
from dataclasses import asdict

from fastapi import WebSocket

from .ending import Ending, ending_of, name_of
from .errors import ClientError, MessageTooLarge, SttError
from .inbox import Inbox
from .protocols.commands import Audio, Command, Configure, EndOfStream, Finalize, KeepAlive
from .protocols.contract import Message, Ready, WireProtocol
from .sender import Sender
from .session.events import EndReason
from .transcription.contract import Transcription

logger = logging.getLogger(__name__)


class Connection:
    """Serve one client. ``shut_down()`` may be called from outside at any time.

    Three tasks live as long as it does: one reads ahead, one tells the client what the
    transcription says, and this one obeys its messages. Whichever fails ends all of them.
    """

    def __init__(
        self,
        socket: WebSocket,
        protocol: WireProtocol,
        transcription: Transcription,
        ready: Ready,
        subprotocol: str | None = None,
    ) -> None:
        """``ready`` is what the client is greeted with."""
        self._socket = socket
        self._inbox = Inbox(socket)
        self._protocol = protocol
        self._transcription = transcription
        self._ready = ready
        self._subprotocol = subprotocol
        self._limits = ready.limits
        self._sender = Sender(socket, ready.limits.send_timeout_s)
        now = asyncio.get_running_loop().time()
        self._deadline = now + (ready.limits.max_session_s or float("inf"))
        self._deadline_reason = EndReason.MAX_DURATION

    async def serve(self) -> None:
        """Return when everything is said and the socket is closed, or the client is gone."""
        await self._socket.accept(self._subprotocol)
        fields = {"session_id": self._ready.session_id}
        logger.info("session started", extra=fields)
        ending: Ending = None
        try:
            ending = await self._converse()
        except ExceptionGroup as group:  # of the tasks; the first failure has stopped the others
            ending = ending_of(group)
        finally:
            counts = asdict(self._transcription.counts)
            logger.info("session ended", extra={**fields, "ending": name_of(ending), **counts})
            if ending:
                last = self._protocol.encode_error(ending) if isinstance(ending, SttError) else ()
                await self._sender.close(self._protocol.close_code(ending), last)

    def shut_down(self) -> None:
        """Take no more messages; say everything that is owed, then close."""
        self._deadline = asyncio.get_running_loop().time()
        self._deadline_reason = EndReason.SERVER_SHUTDOWN
        self._inbox.interrupt()

    async def _converse(self) -> EndReason | SttError:
        """Return why it ended, after the last event."""
        async with asyncio.TaskGroup() as tasks, self._transcription:
            reading = tasks.create_task(self._inbox.fill())
            await self._sender.say(self._protocol.encode(self._ready))
            telling = tasks.create_task(self._tell())
            ending: EndReason | SttError
            try:
                ending = await self._listen()
            except ClientError as error:
                ending = error
            reason = ending if isinstance(ending, EndReason) else EndReason.FAILED
            await self._transcription.end(reason)
            self._inbox.close()
            await telling
            reading.cancel()
        return ending

    async def _listen(self) -> EndReason:
        """Take messages until one of them, or the time, ends the stream."""
        while True:
            message = await self._next_message()
            if isinstance(message, EndReason):
                return message
            try:
                commands = self._protocol.decode(message)
            except ClientError as error:
                if error.fatal:
                    raise
                await self._sender.say(self._protocol.encode_error(error))
                continue
            for command in commands:
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
                await self._transcription.send(data)
            case Finalize(finalize_id):
                await self._transcription.finalize(finalize_id)
            case Configure(config):
                await self._transcription.configure(config)
            case KeepAlive() | EndOfStream():
                pass

    async def _tell(self) -> None:
        async for events in self._transcription:
            await self._sender.say(
                message for event in events for message in self._protocol.encode(event)
            )
