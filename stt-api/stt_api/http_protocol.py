"""HTTP, with bounds on connections, on what they send, and on the time for it (tcp.py)."""

import asyncio
from collections import deque

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .errors import AtCapacity, ClientError, SttError
from .refusal import raw_refusal
from .request_head import MAX_HEAD_BYTES, fields_too_large, too_large
from .tcp import Deadline, TcpConfig


class HttpProtocol(HttpToolsProtocol):
    """A connection until it is a WebSocket's: idle, or busy with the request that it has sent."""

    config: TcpConfig

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
