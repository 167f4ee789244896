"""uvicorn's two protocols, of HTTP and of WebSockets, with bounds on what a client may take.

uvicorn begins every connection with its HTTP protocol. A request to upgrade replaces that by the
WebSocket protocol, on the same transport. What is added to them:

1. Every connection is counted, from its first moment until its socket is gone (admission.py).
2. A client has ``handshake_timeout_s`` for a whole request, from connecting or from its last
   answer on. Bytes that come one by one do not lengthen it.
3. A request's head has a largest size. Beyond it, and for what no application is asked about,
   the answer is JSON as everywhere.
4. A client that does not read: HTTP gives it ``send_timeout_s`` from the moment that its buffer
   is full. A WebSocket's session does that itself (connection.py); once it is over, the socket
   does not outlive it by more than ``send_timeout_s``.

Sockets are closed here by ``abort()``. ``close()`` waits until the client has read what is
buffered, which may be never.
"""

import asyncio
import logging
from collections import deque
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.exceptions import InvalidState

from .admission import Admission
from .errors import AtCapacity, ClientError, SttError
from .refusal import raw_refusal
from .request_head import MAX_HEAD_BYTES, MAX_URL_BYTES, fields_too_large, too_large

logger = logging.getLogger(__name__)

WARN_EVERY_S = 60.0

# websockets parses the request once more, and hangs up on a line longer than this without a word.
http11.MAX_LINE_LENGTH = MAX_URL_BYTES + 1024


class Config(uvicorn.Config):
    """uvicorn's, and the bounds of its connections."""

    def __init__(
        self,
        app: Any,
        *,
        admission: Admission[asyncio.Transport],
        handshake_timeout_s: float,
        send_timeout_s: float,
        **options: Any,
    ) -> None:
        super().__init__(app, http=HttpProtocol, ws=WebSocketProtocol, **options)
        self.admission = admission
        self.handshake_timeout_s = handshake_timeout_s
        self.send_timeout_s = send_timeout_s
        self._warned_at: dict[str, float] = {}  # loop time of each message

    def warn(self, message: str, **fields: object) -> None:
        """Write it to the log, seldom: a line for each connection would be an attack of its own."""
        now = asyncio.get_running_loop().time()
        if now >= self._warned_at.get(message, float("-inf")) + WARN_EVERY_S:
            self._warned_at[message] = now
            logger.warning(message, extra=fields)


class Deadline:
    """Aborts a connection when its time is over; to set it again replaces the time."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        self.clear()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._transport.abort)

    def clear(self) -> None:
        if self._timer:
            self._timer.cancel()


class HttpProtocol(HttpToolsProtocol):
    """A connection until it is a WebSocket's: idle, or busy with the request that it has sent."""

    config: Config

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = Deadline(transport)
        self._unparsed = 0  # bytes received since the last head was complete
        self._fault: SttError | None = None  # why the rest is not listened to
        self._unanswered: deque[RequestResponseCycle] = deque()  # one runs, the others wait
        self.url, self.headers = b"", []  # of the request whose head is being received
        admission = self.config.admission
        closed = admission.admit(transport, self.client[0] if self.client else "")
        self._await_client()
        if closed is not None:
            full = "connections full, the longest idle are closed"
            self.config.warn(full, connections=len(admission))
        if closed is transport:
            self._refuse(AtCapacity("all connections are taken"))
            transport.close()
        elif closed is not None:
            closed.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.clear()
        self.config.admission.remove(self.transport)
        self._drop_unanswered()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._fault:
            return  # dropped, but read: a reset for unread bytes could overtake our answer
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MAX_HEAD_BYTES and not self._fault:
            # Of a header field that is not complete the parser tells nothing.
            error = too_large(self.url, self.headers, upgrade=True) or fields_too_large()
            self._refuse(error)

    # The parser's callbacks, called by data_received().

    def on_headers_complete(self) -> None:
        upgrade = self.parser.should_upgrade() and self._should_upgrade()
        self._fault = too_large(self.url, self.headers, upgrade=upgrade)
        if upgrade and self._owes_answers():
            self._fault = ClientError("an upgrade cannot be sent ahead of earlier answers")
        if self._fault:
            raise self._fault  # the parser stops, and asks for send_400_response()
        super().on_headers_complete()  # raises where the URL is none
        self._unparsed = 0
        if not upgrade:
            self._unanswered.append(self.cycle)
            self.config.admission.busy(self.transport)
            if not self.flow.write_paused:  # else the time to read an earlier answer runs on
                self._deadline.clear()

    def handle_websocket_upgrade(self) -> None:
        self._deadline.clear()
        super().handle_websocket_upgrade()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._fault or ClientError(msg))

    # The answer.

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unanswered.popleft()
        if self.transport.is_closing():
            self._drop_unanswered()  # uvicorn begins with none of them
        if not self._unanswered:
            self._await_client()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._deadline.set(self.config.send_timeout_s)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._owes_answers():
            self._deadline.clear()
        else:
            self._await_client()

    def _owes_answers(self) -> bool:
        return self.flow.write_paused or bool(self._unanswered)

    def _drop_unanswered(self) -> None:
        """Let nothing more be written: uvicorn itself knows the latest request only."""
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        self._unanswered.clear()
        self.pipeline.clear()

    def _await_client(self) -> None:
        """Give it its time for the next request, or to close."""
        self.config.admission.idle(self.transport)
        self._deadline.set(self.config.handshake_timeout_s)

    def _refuse(self, error: SttError) -> None:
        """Answer without the application; the client closes when it has read it."""
        self._fault = error
        self.config.warn("request refused", code=error.code)
        self._drop_unanswered()  # they would come after the end of ours
        self.flow.resume_reading()  # paused while they waited; the client's end is to be seen
        self._await_client()
        self.transport.write(raw_refusal(error))
        self.transport.write_eof()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A connection that was upgraded. Its transport was admitted when it was HTTP's."""

    config: Config

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = Deadline(transport)
        self._deadline.set(self.config.send_timeout_s)  # to read why it is refused; or run_asgi()
        self.config.admission.busy(transport)
        self._pongs: list[bytes] = []  # held back while the client does not read
        self.close_timeout = self.config.send_timeout_s

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.clear()
        self.config.admission.remove(self.transport)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Do not say goodbye to a client that has closed, as uvicorn would try: websockets raises.

        All that it is still owed is the echo, which it does not read, or it would be gone.
        """
        if self.conn.close_rcvd:
            self.transport.abort()
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Answer where websockets finds no handshake in the request, which comes first and whole.

        uvicorn does not, and would wait for the rest of it for ever.
        """
        try:
            super().data_received(data)
        except InvalidState:  # uvicorn refuses a frame of a client that has closed right behind it
            self.transport.abort()
        if not self.handshake_initiated:
            self.transport.write(raw_refusal(ClientError("the request is no WebSocket handshake")))
            self.transport.close()
            self.handshake_complete = self.close_sent = True  # there is nothing left to say

    async def run_asgi(self) -> None:
        """Serve, then see that the socket is gone, whatever the client does.

        The session has closed it in one of two ways:

        1. Its goodbye got through to the buffer. The client has the time of one more message to
           read it and to close.
        2. The buffer was full, and stayed so for ``send_timeout_s``. Then waiting is over.
        """
        self._deadline.clear()
        await super().run_asgi()
        if not self.disconnected:
            self._deadline.set(self.config.send_timeout_s if self.writable.is_set() else 0)

    def handle_ping(self) -> None:
        """Hold the answer back where the buffer is full: pings alone could grow it for ever.

        The latest answer stands for all before it, as RFC 6455 allows.
        """
        self._pongs = self.conn.data_to_send() or self._pongs  # of all pings received at once
        if self.writable.is_set():
            self._send_pongs()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._pongs:
            self._send_pongs()

    def _send_pongs(self) -> None:
        self.transport.write(b"".join(self._pongs))
        self._pongs = []
