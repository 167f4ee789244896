"""What uvicorn's two protocols have in common here: bounds on what a client may take.

uvicorn begins every connection with its HTTP protocol (http_protocol.py). A request to upgrade
replaces that by the WebSocket protocol (websocket_protocol.py), on the same transport. What is
added to them:

1. Every connection is counted, from its first moment until its socket is gone (admission.py).
2. A client has ``handshake_timeout_s`` for a whole request, from connecting or from its last
   answer on. Bytes that come one by one do not lengthen it.
3. A request's head has a largest size. Beyond it, and for what no application is asked about,
   the answer is JSON as everywhere.
4. A client that does not read: HTTP gives it ``send_timeout_s`` from the moment that its buffer
   is full. A WebSocket's session does that itself (sender.py); once it is over, the socket
   does not outlive it by more than ``send_timeout_s``.

Sockets are closed here by ``abort()``. ``close()`` waits until the client has read what is
buffered, which may be never. So a connection always has a deadline, but for two times: while the
application works on its answer, and while a session is open, which has limits of its own.
"""

import asyncio
import logging
from typing import Any

import uvicorn

from .admission import Admission

logger = logging.getLogger(__name__)

WARN_EVERY_S = 60.0


class TcpConfig(uvicorn.Config):
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
        super().__init__(app, **options)
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
