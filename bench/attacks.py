"""What strangers do to a server: one attempt of each attack, and how it was answered.

Every attempt is bounded in what it sends and is made from this machine at a server of its own.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from stt_api.session.audio import to_pcm
from stt_testing.native_client import Reply, command, messages, replies, speak, transcribe
from stt_testing.recordings import digits, recordings, spoken

PATH = "/ws/transcribe?language=en"
ANSWER_S = 5.0  # how long an attacker waits for an answer to HTTP
UPGRADE = (
    "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)

Attempt = Callable[[str, int], Awaitable[str]]
"""(the server's http address, number of the attempt) → how it was answered."""


@dataclass(frozen=True, slots=True)
class Attack:
    """``at_once`` attackers make one attempt after the other, ``rest_s`` apart."""

    attempt: Attempt
    at_once: int
    rest_s: float


# Text that may be taken for more than text.

SPECIAL = (
    "<|startoftranscript|>",
    "<|endoftext|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    "<|transcribe|>",
    "<|en|>",
    "<|0.00|>",
    "\x00\x1b[2J\x07\x7f",
    "\ud800",  # half of a character, which JSON can say and UTF-8 cannot
    "\u202e\u2066",  # right to left
)
FILLER = "She said that the train to the coast would leave a little later than they had hoped. "


def hostile_text(number: int) -> dict[str, object]:
    """Return a ``configure`` with a special token: alone, at the end, inside, or as a keyterm."""
    special = SPECIAL[number % len(SPECIAL)]
    place = number // len(SPECIAL) % 4
    prompt = (special, 3 * FILLER + special, 3 * FILLER + special + FILLER, "")[place]
    return {"type": "configure", "prompt": prompt, "keyterms": [special] if place == 3 else []}


async def say_hostile_text(url: str, number: int) -> str:
    async with _connection(url) as socket:
        await socket.send(json.dumps(hostile_text(number)))  # as ASCII: escapes what is not
        receiving = asyncio.create_task(replies(socket))
        with suppress(ConnectionClosed):  # the answer says why
            await speak(socket, _pcm("short00"))
            await command(socket, "end_of_stream")
        return _ending(await receiving, socket.close_code)


async def send_file(url: str, number: int) -> str:
    """Send a minute of speech as fast as it is taken."""
    return _ending(await transcribe(url, _pcm("dialogue0"), language="en"))


async def repeat_oneself(url: str, number: int) -> str:
    """Say one digit twelve times in real time: a final that is decoded again because of doubt."""
    said = spoken([list(digits().values())[number % 10]] * 12)
    return _ending(await transcribe(url, to_pcm(said), pace=1.0, language="en"))


# Connections that wait, or never listen.


async def half_request(url: str, number: int) -> str:
    """Connect, send nothing or the beginning of a request, and wait to be thrown out."""
    beginnings = ("", "GET /health HTTP/1.1\r\nHost: ", f"GET {PATH} HTTP/1.1\r\n{UPGRADE}")
    return await _http(url, beginnings[number % len(beginnings)], wait_s=None)


async def never_read(url: str, number: int) -> str:
    """Ask for long answers and read none, through a receive buffer that holds hardly any."""
    async with _connection(url, sock=await _narrow(url), max_queue=1) as deaf:
        try:
            while True:
                await command(deaf, "configure", prompt="x" * 4000)
                await asyncio.sleep(0.02)
        finally:
            deaf.transport.abort()


async def _narrow(url: str) -> socket.socket:
    address = urlsplit(url)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, (address.hostname, address.port))
    return narrow


async def leave_in_a_final(url: str, number: int) -> str:
    """Break the connection while the model has the utterance."""
    async with _connection(url) as leaver:
        await leaver.send(_pcm("short00"))
        await command(leaver, "finalize", id=1)
        async for message in messages(leaver):
            if message["type"] == "speech_started":
                leaver.transport.abort()
                return "left"
    return "nothing to leave"


# Requests that are refused.


async def long_url(url: str, number: int) -> str:
    """Ask with 8 to 64 kB of URL, for a page or a session."""
    size = 1024 * (8, 16, 32, 64)[number % 4]
    path = (f"/health?{'x' * size}", f"{PATH}&prompt={'x' * size}")[number // 4 % 2]
    return await _http(url, f"GET {path} HTTP/1.1\r\n{UPGRADE if number // 4 % 2 else ''}\r\n")


async def refused_request(url: str, number: int) -> str:
    """Ask for paths and settings that are not there."""
    paths = (
        "/nothing",
        "/ws/nothing",
        "/ws/transcribe?language=klingon",
        "/ws/transcribe?sample_rate=1",
        "/ws/transcribe?colour=red",
        f"/ws/transcribe?keyterms={'x' * 101}",
    )
    return await _http(url, f"GET {paths[number % len(paths)]} HTTP/1.1\r\n{UPGRADE}\r\n")


LIMIT = 4 * 1024 * 1024  # bytes of a message, as the server has it
FRAMES: tuple[bytes | str, ...] = (
    bytes(LIMIT),
    bytes(LIMIT + 2),
    bytes(2 * LIMIT + 2),
    b"odd",
    "x" * 65_536,
    "x" * 65_537,
    "[" * 60_000,
    '{"type": "configure", "sample_rate": 1e400}',
)
BROKEN = (  # not what WebSocket allows
    b"\x82\x05plain",  # without a mask
    b"\xf2\x80\0\0\0\0",  # reserved bits
    b"\x8b\x80\0\0\0\0",  # an opcode that does not exist
    b"\x81\x81\0\0\0\0\xff",  # text that is not UTF-8
    b"\x80\x80\0\0\0\0",  # the continuation of nothing
    b"\x89\xfe\x01\0\0\0\0\0" + bytes(256),  # a ping that is too long
    b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",  # 2**64 - 1 bytes to come
)


async def send_frame(url: str, number: int) -> str:
    """Send frames at the limits and beyond, and such as break the protocol."""
    frame = (*FRAMES, *BROKEN)[number % (len(FRAMES) + len(BROKEN))]
    async with _connection(url) as socket:
        receiving = asyncio.create_task(replies(socket))
        if frame in BROKEN:
            socket.transport.write(frame)
        else:
            with suppress(ConnectionClosed):
                await socket.send(frame)
                await command(socket, "end_of_stream")
        return _ending(await receiving, socket.close_code)


def _connection(url: str, **options: Any) -> connect:
    address = url.replace("http", "ws", 1) + PATH
    return connect(
        address, compression=None, max_size=None, close_timeout=1, ping_interval=None, **options
    )


async def _http(url: str, request: str, wait_s: float | None = ANSWER_S) -> str:
    """Return the status of the answer, or that there was none."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request.encode())
        async with asyncio.timeout(wait_s):
            answer = (await reader.readline()).split()
        return answer[1].decode() if len(answer) > 1 else "closed"
    finally:
        writer.transport.abort()


def _ending(said: Sequence[Reply], close_code: int | None = None) -> str:
    last = said[-1] if said else {"type": "nothing"}
    if last["type"] == "error":
        return f"error {last['code']}"
    return "served" if last["type"] == "session_ended" else f"closed {close_code or ''}".strip()


@cache
def _pcm(recording: str) -> bytes:
    return recordings(recording)[0].pcm()


ATTACKS = {
    "hostile-texts": Attack(say_hostile_text, at_once=6, rest_s=0.05),
    "file-senders": Attack(send_file, at_once=4, rest_s=0.05),
    "repeaters": Attack(repeat_oneself, at_once=4, rest_s=0.05),
    "half-requests": Attack(half_request, at_once=300, rest_s=1.0),
    "non-readers": Attack(never_read, at_once=4, rest_s=1.0),
    "leavers": Attack(leave_in_a_final, at_once=2, rest_s=0.2),
    "long-urls": Attack(long_url, at_once=4, rest_s=0.2),
    "refused-requests": Attack(refused_request, at_once=2, rest_s=0.02),
    "broken-frames": Attack(send_frame, at_once=2, rest_s=0.2),
}
