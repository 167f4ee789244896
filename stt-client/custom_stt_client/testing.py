"""For tests of programs that use the client: a server that follows a script, and microphones.

    async with ScriptedServer(one_utterance) as server:
        async with Client(server.url).stream() as session:
            await session.send_from(microphone("hello.wav"))

A script is an async function of a ``Call``, which is one connection; there are some here for the
usual cases. What it hears it keeps, for the test to look at.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from .audio import BYTES_PER_SAMPLE
from .options import StreamOptions
from .sound import read_sound

Json = dict[str, Any]


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


async def greet(call: Call) -> None:
    await call.say("ready", session_id="s1", model="pico", protocol=1, sample_rate=16000)
    await call.hear("configure")
    await call.say("configured")


async def part(call: Call) -> None:
    await call.say("session_ended", reason="end_of_stream", seconds_used=1.0, message="")
    await call.close()


async def say_final(call: Call, text: str, utterance: int = 0, **fields: Any) -> None:
    times = {"start": 0.1, "end": 0.2, **fields}
    await call.say("transcript", utterance=utterance, text=text, is_final=True, **times)


async def one_utterance(call: Call) -> None:
    """Speech from the first 50 ms on, until the end of the stream."""
    await greet(call)
    await call.hear_audio(800)
    await call.say("speech_started", utterance=0, start=0.01)
    await call.say("transcript", utterance=0, text="hello", is_final=False, start=0.01, end=0.04)
    await call.hear("end_of_stream")
    await say_final(call, "hello world", language="en", confidence=0.9)
    await call.say("speech_ended", utterance=0, end=0.2)
    await part(call)


async def silence(call: Call) -> None:
    """No speech."""
    await greet(call)
    await answer_flushes(call)


async def answer_flushes(call: Call) -> None:
    """Until the end of the stream, and part."""
    while not call.heard("end_of_stream"):
        message = await call.listen()
        if message is not None and message["type"] == "finalize":
            await call.say("finalized", id=message["id"])
    await part(call)


async def deaf(call: Call) -> None:
    """Accepts, then neither reads nor answers."""
    await asyncio.Event().wait()


def dropping(after_bytes: int) -> Script:
    """Return a script that breaks the connection after so many bytes of audio."""

    async def script(call: Call) -> None:
        await greet(call)
        await call.hear_audio(after_bytes // BYTES_PER_SAMPLE)
        call.drop()

    return script


async def microphone(
    recording: str | os.PathLike[str] | bytes,
    *,
    pace: float = 1.0,
    options: StreamOptions | None = None,
) -> AsyncIterator[bytes]:
    """Yield a recording in pieces of 20 ms, ``pace`` times as fast as it was spoken.

    It is what ``Client.transcribe`` takes; its rate should be that of the session's options.
    """
    sound = read_sound(recording, options or StreamOptions())
    size = BYTES_PER_SAMPLE * (sound.options.sample_rate // 50)
    now = asyncio.get_running_loop().time
    due = now()
    for at in range(0, len(sound.pcm), size):
        yield sound.pcm[at : at + size]
        due += 0.02 / pace
        await asyncio.sleep(due - now())


class FileMicrophone:
    """An audio device for MicrophoneEngine: plays a recording, then silence, until it is stopped.

    ``pace`` times as fast as it was spoken, in pieces of 20 ms, in a thread of its own.
    """

    def __init__(self, recording: str | os.PathLike[str] | bytes, *, pace: float = 1.0) -> None:
        self._sound = read_sound(recording, StreamOptions())
        self._pace = pace
        self._stopped = threading.Event()
        self._playing: threading.Thread | None = None
        self._on_end: Callable[[], None]

    def start(self, on_audio: Callable[[bytes], None], on_end: Callable[[], None]) -> int:
        """Play from the beginning, and return the sample rate in Hz."""
        self._on_end = on_end
        self._stopped = threading.Event()
        self._playing = threading.Thread(
            target=self._play, args=(on_audio, self._stopped), name="file-microphone", daemon=True
        )
        self._playing.start()
        return self._sound.options.sample_rate

    def stop(self) -> None:
        """Fall silent. Harmless when repeated."""
        self._stopped.set()
        if self._playing is not None:
            self._playing.join()

    def unplug(self) -> None:
        """End by itself, as a device does that is unplugged."""
        self.stop()
        self._on_end()

    def _play(self, on_audio: Callable[[bytes], None], stopped: threading.Event) -> None:
        size = BYTES_PER_SAMPLE * (self._sound.options.sample_rate // 50)
        at, due = 0, time.monotonic()
        while not stopped.is_set():
            on_audio(self._sound.pcm[at : at + size].ljust(size, b"\0"))
            at, due = at + size, due + 0.02 / self._pace
            stopped.wait(due - time.monotonic())
