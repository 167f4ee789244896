"""What a client has sent and nobody has taken yet.

Read ahead of need, so that a client that leaves is noticed while its audio waits for the model.
"""

import asyncio
from collections import deque

from fastapi import WebSocket

from .protocols.base import Message

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

    async def fill(self) -> None:
        """Raise ClientGone once the client leaves."""
        while True:
            message = await self._receive()
            if not self._closed:
                self._messages.append(message)
                self._resize(len(message) + OVERHEAD)
                self._news.set()
            await self._room.wait()

    @property
    def has_more(self) -> bool:
        return bool(self._messages)

    async def next(self) -> Message:
        """Wait for the next message."""
        while not self._messages:
            self._news.clear()
            await self._news.wait()
        message = self._messages.popleft()
        self._resize(-len(message) - OVERHEAD)
        return message

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

    def _resize(self, change: int) -> None:
        self._size += change
        if self._size <= READ_AHEAD:
            self._room.set()
        else:
            self._room.clear()
