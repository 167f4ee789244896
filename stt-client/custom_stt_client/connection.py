"""One WebSocket to the server. Knows messages and errors, not what they mean for an utterance."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

import aiohttp
from yarl import URL

from .audio import BYTES_PER_SAMPLE
from .errors import (
    ConnectionFailed,
    from_server_error,
    from_session_end,
    to_stt_error,
)
from .log import logger
from .messages import (
    Configured,
    CreditsLow,
    Message,
    Ready,
    ServerError,
    SessionEnded,
    SpeechEnded,
    Unknown,
)
from .protocol import NativeProtocol, WireProtocol
from .wire import END_OF_STREAM, KEEPALIVE, Json

DEFAULT_PATH = "/ws/transcribe"
KEEPALIVE_S = 5.0
GREETING_S = 0.5  # for ``ready``, before a server is taken to have every feature
MIN_HEARTBEAT_S = 1.0  # between pings; a peer that answers none within half of it is gone
CLIENT_FAULT = 1007  # code of a close
PEER_CLOSE_S = 0.2  # for the server's half of the closing handshake
GOODBYE_S = 0.1  # to write ours, if that is possible

T = TypeVar("T")

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def websocket_url(api_url: str, default_path: str = DEFAULT_PATH) -> URL:
    """Return where the WebSocket is; the path may be left out.

    Raises ValueError, whose message does not repeat the address: it may hold a secret.
    """
    url = URL(api_url.strip())
    if url.scheme not in _SCHEMES or not url.host:
        raise ValueError("api_url must be an http://, https://, ws:// or wss:// address")
    if url.user or url.password:
        raise ValueError("api_url must not contain a user or a password: use api_key")
    if url.path in ("", "/"):
        url = url.with_path(default_path).with_query(url.query)
    return url.with_scheme(_SCHEMES[url.scheme])


class Connection:
    """Send ``configure`` first, ``end`` last; read ``messages`` meanwhile; always ``close``.

    What fails raises an SttError.
    """

    def __init__(
        self,
        ws: aiohttp.ClientWebSocketResponse,
        *,
        keepalive_s: float = KEEPALIVE_S,
        log: logging.Logger = logger,
        protocol: WireProtocol | None = None,
    ) -> None:
        self.messages_received = 0
        self._ws = ws
        self._protocol = protocol or NativeProtocol()
        self._parsed: deque[Message] = deque(self._protocol.greeting)  # and not taken yet
        self._keepalive_s = keepalive_s
        self._log = log
        self._ready: Ready | None = None
        self._max_message_bytes: int | None = None
        self._greeted = asyncio.Event()
        self._is_configured = False  # the first settings were good
        self._refused_change: ServerError | None = None  # the newest
        self._ended = False  # end_of_stream is on its way
        self._active_at = asyncio.get_running_loop().time()  # audio or a keepalive was sent

    @classmethod
    async def open(
        cls,
        session: aiohttp.ClientSession,
        url: URL,
        api_key: str | None,
        timeout_s: float,
        log: logging.Logger = logger,
        protocol: WireProtocol | None = None,
    ) -> Connection:
        protocol = protocol or NativeProtocol()
        headers = {"Authorization": f"{protocol.auth_scheme} {api_key}"} if api_key else {}
        connecting = session.ws_connect(
            url,
            headers=headers,
            heartbeat=max(timeout_s, MIN_HEARTBEAT_S),
            timeout=aiohttp.ClientWSTimeout(ws_close=PEER_CLOSE_S),
        )
        try:
            return cls(await _within(timeout_s, connecting), log=log, protocol=protocol)
        except Exception as error:
            if session.closed:
                raise ConnectionFailed("the http_session is closed", retryable=False) from None
            raise to_stt_error(error, log) from None

    async def send(self, message: Json) -> None:
        frame = self._protocol.encode(message)
        if frame is None:
            return
        try:
            await self._ws.send_str(frame)
        except Exception as error:
            raise to_stt_error(error, self._log) from None

    async def send_audio(self, pcm: bytes) -> None:
        """Send whole samples, in messages as long as the server takes."""
        size = max(BYTES_PER_SAMPLE, self._max_message_bytes or len(pcm))
        size -= size % BYTES_PER_SAMPLE
        for at in range(0, len(pcm), size):
            self._active_at = asyncio.get_running_loop().time()
            try:
                await self._ws.send_bytes(pcm[at : at + size])
            except Exception as error:
                raise to_stt_error(error, self._log) from None

    async def has(self, feature: str) -> bool:
        """Tell if the server has a feature; ``messages`` must be read meanwhile.

        A server says so in ``ready``, right behind its answer to the upgrade: to wait for that
        costs no round trip. One that has not said it within GREETING_S is taken to have all.
        """
        await self._wait_for_greeting(GREETING_S)
        return self._ready is None or self._ready.has(feature)

    async def end(self) -> None:
        """Say that no more audio comes; once, however often called."""
        if not self._ended:
            self._ended = True
            await self.send(END_OF_STREAM)

    async def keep_alive(self) -> None:
        """Say that the client lives while no audio flows, until the end is said. Never returns."""
        await self._wait_for_greeting(self._keepalive_s)  # which may shorten the time
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(max(0.0, self._active_at + self._keepalive_s - loop.time()))
            if loop.time() - self._active_at >= self._keepalive_s:
                self._active_at = loop.time()
                if not self._ended:
                    await self.send(KEEPALIVE)

    async def messages(self, timeout_s: float) -> AsyncIterator[Message]:
        """Yield messages until the session has ended as asked for.

        The first must come within ``timeout_s``. Raises SttError where the session ends otherwise.
        """
        message = await self._receive(timeout_s)
        while True:
            if isinstance(message, Ready):
                self._greet(message)
            if isinstance(message, Configured):
                self._is_configured = True
            if isinstance(message, ServerError) and self._is_fatal(message):
                raise from_server_error(message)
            if isinstance(message, SessionEnded) and self._is_early(message):
                raise from_session_end(message)
            self._log_message(message)
            if not isinstance(message, Unknown):
                yield message
            if isinstance(message, SessionEnded):
                return
            message = await self._receive()

    async def close(self) -> None:
        """Say the end, if nobody did, and close. Bounded; never raises."""
        try:
            with contextlib.suppress(Exception):
                if not self._ws.closed:
                    await _within(GOODBYE_S, self.end())
        finally:
            await _close(self._ws)

    def _greet(self, ready: Ready) -> None:
        """Keep to what the server allows."""
        self._ready = ready
        self._max_message_bytes = ready.limits.max_message_bytes
        if idle_s := ready.limits.idle_timeout_s:
            self._keepalive_s = min(self._keepalive_s, idle_s / 2)
        self._greeted.set()

    async def _wait_for_greeting(self, timeout_s: float) -> None:
        if not self._greeted.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await _within(timeout_s, self._greeted.wait())

    async def _receive(self, timeout_s: float | None = None) -> Message:
        while not self._parsed:
            self._parsed.extend(await self._receive_frame(timeout_s))
        return self._parsed.popleft()

    async def _receive_frame(self, timeout_s: float | None) -> Sequence[Message]:
        try:
            message = await self._ws.receive(timeout_s)
        except Exception as error:
            raise to_stt_error(error, self._log) from None
        self.messages_received += 1
        if message.type is aiohttp.WSMsgType.TEXT:
            return self._protocol.parse(message.data)
        if message.type is aiohttp.WSMsgType.BINARY:
            return [Unknown("binary")]  # the protocol has none downwards
        closed = message.type is aiohttp.WSMsgType.CLOSE  # else it broke: aiohttp's code is a guess
        if closed and message.data == CLIENT_FAULT and self._refused_change:
            raise from_server_error(self._refused_change)
        code, reason = (message.data, message.extra or "") if closed else (None, "")
        return [self._protocol.closed(code, reason)]

    def _is_fatal(self, error: ServerError) -> bool:
        """Tell if the server ends the session with this error.

        It goes on in two cases:

        1. It did not know a message, and ignores it.
        2. A change of settings was bad, and those before stay in force. Older servers do end the
           session then, by a close with CLIENT_FAULT: the error is kept to say why.
        """
        if error.code == "invalid_setting" and self._is_configured:
            self._refused_change = error
            return False
        return error.code != "unknown_message"

    def _is_early(self, ended: SessionEnded) -> bool:
        return not self._ended or ended.reason != "end_of_stream"

    def _log_message(self, message: Message) -> None:
        if isinstance(message, Ready):
            fields = {"session_id": message.session_id, "model": message.model}
            self._log.debug("session started", extra=fields)
        elif isinstance(message, SessionEnded):
            self._log.debug("session ended", extra={"reason": message.reason})
        elif isinstance(message, SpeechEnded) and message.suppressed:
            self._log.debug("speech without a final", extra={"reason": message.suppressed})
        elif isinstance(message, CreditsLow):
            left_s = message.seconds_remaining
            self._log.warning("credits low", extra={"seconds_remaining": left_s})
        elif isinstance(message, Unknown):
            self._log.debug("unknown message type ignored", extra={"message_type": message.kind})
        elif isinstance(message, ServerError) and message.code == "invalid_setting":
            field = message.field
            self._log.warning("the server refused a change of settings", extra={"field": field})
        elif isinstance(message, ServerError):
            self._log.warning("the server did not know a message", extra={"code": message.code})


async def _within(timeout_s: float, coroutine: Coroutine[Any, Any, T]) -> T:
    """Await with a timeout, and lose no cancellation.

    ``asyncio.wait_for`` before Python 3.12, and aiohttp's own timeouts before 3.11, lose a
    cancellation that comes at the moment of success. ``asyncio.wait`` does not.
    """
    task = asyncio.create_task(coroutine)
    try:
        await asyncio.wait({task}, timeout=timeout_s)
    except asyncio.CancelledError:
        await _abandon(task)
        raise
    if not task.done():
        await _abandon(task)
        raise asyncio.TimeoutError
    if task.cancelled():  # by aiohttp, whose session was closed
        raise aiohttp.ClientConnectionError
    return task.result()


async def _abandon(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
    opened = None if task.cancelled() or task.exception() else task.result()
    if isinstance(opened, aiohttp.ClientWebSocketResponse):
        await _close(opened)


async def _close(ws: aiohttp.ClientWebSocketResponse) -> None:
    with contextlib.suppress(Exception):
        await _within(PEER_CLOSE_S, ws.close())
