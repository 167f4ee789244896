"""WebSockets, whose sockets end with their sessions, and whose buffers stay bounded (tcp.py)."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.exceptions import InvalidState

from .errors import ClientError
from .refusal import raw_refusal
from .request_head import MAX_URL_BYTES
from .tcp import Deadline, TcpConfig

# websockets parses the request once more, and hangs up on a line longer than this without a word.
http11.MAX_LINE_LENGTH = MAX_URL_BYTES + 1024


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """A connection that was upgraded. Its transport was admitted when it was HTTP's."""

    config: TcpConfig

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
