"""A server that follows a script, on a free port of loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from ..wire import Json


class HungUp(Exception):
    """The client went away while the script waited for it."""


class Call:
    """One connection. Everything heard is kept: ``messages`` and ``audio``."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self.at = asyncio.get_running_loop().time()
        self.headers = request.headers
        self.query = request.query_string
        self.messages: list[Json] = []
        self.audio = bytearray()
        self.ended = asyncio.Event()  # the script is over
        self._ws = ws

    @property
    def samples(self) -> int:
        return len(self.audio) // 2

    def heard(self, kind: str) -> list[Json]:
        return [message for message in self.messages if message["type"] == kind]

    async def say(self, kind: str, **fields: Any) -> None:
        """Send a message of this type."""
        await self._ws.send_str(json.dumps({"type": kind, **fields}))

    async def say_raw(self, data: str | bytes) -> None:
        """Send a frame of any content."""
        await (self._ws.send_str(data) if isinstance(data, str) else self._ws.send_bytes(data))

    async def close(self, code: int = 1000) -> None:
        await self._ws.close(code=code)

    def drop(self) -> None:
        """Break the socket without a word."""
        assert self._ws._req is not None and self._ws._req.transport is not None
        self._ws._req.transport.abort()

    async def hear(self, kind: str) -> Json:
        """Listen until a message of this type comes."""
        while True:
            message = await self.listen()
            if message is not None and message["type"] == kind:
                return message

    async def hear_audio(self, samples: int) -> None:
        """Listen until so many samples have come on this connection."""
        while self.samples < samples:
            await self.listen()

    async def hear_out(self) -> None:
        """Listen until the client hangs up."""
        try:
            while True:
                await self.listen()
        except HungUp:
            pass

    async def listen(self) -> Json | None:
        """The next message; None for audio."""
        message = await self._ws.receive()
        if message.type is WSMsgType.BINARY:
            self.audio += message.data
            return None
        if message.type is WSMsgType.TEXT:
            self.messages.append(json.loads(message.data))
            return self.messages[-1]
        raise HungUp


@dataclass(frozen=True)
class Refusal:
    """Instead of a script: answer the upgrade with an HTTP status."""

    status: int
    retry_after_s: int | None = None

    def response(self) -> web.Response:
        headers = {} if self.retry_after_s is None else {"Retry-After": f"{self.retry_after_s}"}
        return web.Response(status=self.status, headers=headers)


Script = Callable[[Call], Awaitable[None]]


@asynccontextmanager
async def serving(
    path: str, serve: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> AsyncIterator[str]:
    """Answer requests for a path, on a free port; give the address, without the path."""
    app = web.Application()
    app.router.add_get(path, serve)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


class ScriptedServer:
    """``async with ScriptedServer(script, …)``: each connection gets the next script.

    The last one comes again and again.
    """

    def __init__(self, *scripts: Script | Refusal) -> None:
        self._scripts = scripts
        self._asked = 0  # connections that were asked for
        self.calls: list[Call] = []  # those that came to be
        self.url = ""
        self._called = asyncio.Condition()

    async def call(self, number: int) -> Call:
        """Wait until so many connections have come."""
        async with self._called:
            await self._called.wait_for(lambda: len(self.calls) >= number)
        return self.calls[number - 1]

    async def __aenter__(self) -> ScriptedServer:
        self._serving = serving("/ws/transcribe", self._serve)
        self.url = await self._serving.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._serving.__aexit__(None, None, None)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        script = self._scripts[min(self._asked, len(self._scripts) - 1)]
        self._asked += 1
        if isinstance(script, Refusal):
            return script.response()
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        call = Call(request, ws)
        async with self._called:
            self.calls.append(call)
            self._called.notify_all()
        try:
            await script(call)
        except (HungUp, ConnectionError):
            pass
        finally:
            call.ended.set()
        return ws
