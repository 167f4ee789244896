"""What one client is sent: in order, and for no longer than it may take to read it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect

from .errors import ClientTooSlow
from .inbox import ClientGone


class Sender:
    """``say`` what belongs together in one call: nothing of another comes between."""

    def __init__(self, socket: WebSocket, timeout_s: float) -> None:
        self._socket = socket
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()

    async def say(self, messages: Iterable[str]) -> None:
        """Raise ClientTooSlow or ClientGone. ``messages`` is not read before it is their turn."""
        async with self._turn:
            await self._send(messages)

    async def close(self, code: int, last: Iterable[str]) -> None:
        """Say why, and close; try for no longer than a message may take.

        A client that does not read keeps its socket no longer for that: once its connection is
        served, the server cuts it off (websocket_protocol.py).
        """
        with suppress(ClientGone, ClientTooSlow, TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(self._timeout_s):
                await self.say(last)
                await self._socket.close(code)

    async def _send(self, messages: Iterable[str]) -> None:
        try:
            for message in messages:
                async with asyncio.timeout(self._timeout_s):
                    await self._socket.send_text(message)
        except TimeoutError:
            raise ClientTooSlow("the client does not read what it is sent") from None
        except (WebSocketDisconnect, RuntimeError):  # Starlette's word for a closed socket
            raise ClientGone from None
