"""What a client has sent and nobody has taken yet.

Read ahead of need, so that a client that leaves is noticed while its audio waits for the model.
"""

import asyncio
from collections import deque

from fastapi import WebSocket

from .protocols.contract import Message

READ_AHEAD = 1 << 20  # bytes; 32 s of 16 kHz audio. Beyond it TCP slows the client
OVERHEAD = 64  # bytes that a message takes at least


class ClientGone(Exception):
    """The client left without an end of stream. Nobody is there to be told."""


class Inbox:
    """``fill`` runs beside whoever calls ``next``; after ``close`` nothing is kept any more."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._messages: deque[Message] = deque()
        self._size = 0  # bytes, or characters
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._closed = False
        self._until = 0.0  # loop time, when the wait for a message is over
        self._timer: asyncio.TimerHandle | None = None

    async def fill(self) -> None:
        """Raise ClientGone once the client leaves."""
        try:
            while True:
                message = await self._receive()
                if not self._closed:
                    self._messages.append(message)
                    self._resize(len(message) + OVERHEAD)
                    self._news.set()
                await self._room.wait()
        finally:
            if self._timer:
                self._timer.cancel()

    async def next(self, until: float) -> Message | None:
        """Wait for the next message; return None if there is none ``until`` a time of the loop.

        From one wait to the next, that time never goes back.
        """
        self._until = until
        while not self._messages:
            if asyncio.get_running_loop().time() >= self._until:
                return None
            self._wake_in_time()
            self._news.clear()
            await self._news.wait()
        message = self._messages.popleft()
        self._resize(-len(message) - OVERHEAD)
        return message

    def interrupt(self) -> None:
        """Let the time of the wait be over now."""
        self._until = 0.0
        self._news.set()

    def close(self) -> None:
        """Drop what is there and what still comes."""
        self._closed = True
        self._messages.clear()
        self._resize(-self._size)

    async def _receive(self) -> Message:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise ClientGone
        data = received.get("bytes")
        message: Message = received["text"] if data is None else data
        return message

    def _wake_in_time(self) -> None:
        """See that a wait ends, with one timer for many waits.

        Each message moves the end of the wait on, and to move a timer costs more than to wake in
        vain once in a while: then the wait goes on, and the timer is set anew.
        """
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(self._until, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._news.set()

    def _resize(self, change: int) -> None:
        self._size += change
        if self._size <= READ_AHEAD:
            self._room.set()
        else:
            self._room.clear()
