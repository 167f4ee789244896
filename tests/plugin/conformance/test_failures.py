"""Whatever goes wrong, at connect, send, receive or close: an APIError that tells no secret."""

import asyncio
import gc
import logging
import random
import traceback
from collections.abc import Iterator

import aiohttp
import pytest
from custom_stt_client.testing import Call, ScriptedServer, greet
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, APITimeoutError
from livekit.plugins.custom_stt import STT

from stt_testing.listening import push

from . import fast_time
from .rude_server import BINARY, CLOSE, PING, TEXT, Caller, Rudeness, frame, rude_server, text
from .scale import SCHEDULES

KEY = "sk-secret"
WORD = "Schadenfreude"
ONCE = APIConnectOptions(max_retry=0, timeout=0.3)
TWICE = APIConnectOptions(max_retry=1, retry_interval=0.01, timeout=0.3)
SOUND = rtc.AudioFrame(bytes(320_000), 16_000, 1, 160_000)

READY: dict[str, object] = {"type": "ready", "session_id": "s", "model": "m"}
FINAL: dict[str, object] = {
    "type": "transcript",
    "utterance": 1,
    "text": WORD,
    "is_final": True,
    "start": 0.1,
    "end": 0.2,
    "audio_processed": 0.3,
    "words": [{"word": WORD, "start": 0.1, "end": 0.2}],
}
MESSAGES: list[dict[str, object]] = [
    READY,
    FINAL,
    {"type": "speech_started", "utterance": 1, "start": 0.1},
    {"type": "speech_ended", "utterance": 1, "end": 0.2, "audio_processed": 0.3},
    {"type": "progress", "audio_processed": 0.4},
    {"type": "finalized", "id": 1},
    {"type": "configured"},
    {"type": "session_ended", "reason": "end_of_stream"},
    {"type": "error", "code": "bad", "message": "no", "retryable": True, "retry_after": 0.01},
]


@pytest.fixture(autouse=True)
def no_garbage_is_collected() -> Iterator[None]:
    """Let no finalizer of another test raise at the recursion limit, while a deep nest is parsed.

    pytest would report it as this test's.
    """
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def all_is_foreseen_and_no_secret_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    told = "".join(f"{record.__dict__}" for record in caplog.get_records("call"))
    assert KEY not in told and WORD not in told and "unforeseen" not in told


async def fail(
    url: str,
    conn_options: APIConnectOptions = ONCE,
    http_session: aiohttp.ClientSession | None = None,
) -> list[APIError]:
    """What a stream and ``recognize`` raise; anything but an APIError is raised here."""
    errors = []
    async with STT(api_url=url, api_key=KEY, http_session=http_session) as plugin:
        stream = plugin.stream(conn_options=conn_options)
        stream.push_frame(SOUND)
        stream.end_input()
        try:
            async for _ in stream:
                pass
        except APIError as error:
            errors.append(error)
        try:
            await plugin.recognize(SOUND, conn_options=conn_options)
        except APIError as error:
            errors.append(error)
    for raised in errors:
        told = "".join(traceback.format_exception(raised)) + repr(raised.body)
        assert KEY not in told and WORD not in told
    return errors


# --- connect


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1",
        "http://nowhere.invalid",
        "http://[::1]:1",
        "http://127.0.0.1:1/a/path?key=sk-secret",
    ],
)
async def test_no_server(url: str) -> None:
    errors = await fail(url)
    assert len(errors) == 2 and all(error.retryable for error in errors)


async def test_a_server_without_tls_where_tls_is_asked_for() -> None:
    async with rude_server(Caller.listen) as url:
        assert len(await fail(url.replace("http:", "https:"))) == 2


async def test_an_http_session_that_its_owner_has_closed() -> None:
    async with aiohttp.ClientSession() as session:
        pass
    assert len(await fail("http://127.0.0.1:1", http_session=session)) == 2


async def test_an_http_session_that_its_owner_closes_meanwhile() -> None:
    async with rude_server(Caller.hang) as hanging:
        for url in (hanging, "http://nowhere.invalid"):
            for ticks in range(8):
                session = aiohttp.ClientSession()
                failing = asyncio.create_task(fail(url, TWICE, session))
                for _ in range(ticks):
                    await asyncio.sleep(0)
                await session.close()
                assert len(await failing) == 2


def test_a_server_that_hears_and_does_not_answer_is_given_up() -> None:
    async def push_until_it_fails() -> None:
        async with ScriptedServer(_greet_and_listen) as server, STT(api_url=server.url) as plugin:
            stream = plugin.stream(conn_options=ONCE)
            pushing = asyncio.create_task(push(stream, [SOUND] * 60, pace=1.0))
            with pytest.raises(APITimeoutError, match="hears, and does not answer"):
                async for _ in stream:
                    pass
            pushing.cancel()

    fast_time.run(push_until_it_fails())


async def _greet_and_listen(call: Call) -> None:
    await greet(call)
    await call.hear_out()


RETRYABLE = {408, 429, 500, 502, 503, 504}


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 407, 418, 426, *RETRYABLE, 999])
async def test_an_http_answer_instead_of_the_upgrade(status: int) -> None:
    async def refuse(caller: Caller) -> None:
        await caller.hear_request()
        await caller.say_head(status, Secret=KEY)

    async with rude_server(refuse) as url:
        errors = await fail(url)
    assert len(errors) == 2
    assert all(error.retryable is (status in RETRYABLE) for error in errors)


async def test_a_redirect_without_end() -> None:
    async def redirect(caller: Caller) -> None:
        await caller.hear_request()
        await caller.say_head(302, Location="/ws/transcribe")

    async with rude_server(redirect) as url:
        errors = await fail(url)
    assert len(errors) == 2 and not any(error.retryable for error in errors)


async def test_a_server_that_speaks_no_http() -> None:
    async def banner(caller: Caller) -> None:
        await caller.say(b"SSH-2.0-OpenSSH_9.9\r\n")
        await caller.listen()

    async with rude_server(banner) as url:
        errors = await fail(url)
    assert len(errors) == 2 and not any(error.retryable for error in errors)


BAD_HEADS = [
    b"",
    b"\0" * 100,
    b"HTTP/1.1 101",
    b"HTTP/1.1 101 -\r\n\r\n",
    b"HTTP/1.1 101 -\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Accept: wrong\r\n\r\n",
    b"HTTP/1.1 200 -\r\n" + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.9\r\n",
]


ENDS = ("hang", "listen", "leave", "reset")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("head", BAD_HEADS, ids=range(len(BAD_HEADS)))
async def test_something_else_instead_of_an_answer(head: bytes, end: str) -> None:
    async def babble(caller: Caller) -> None:
        await caller.hear_request()
        await caller.say(head)
        await finish(caller, end)

    async with rude_server(babble) as url:
        assert len(await fail(url)) == 2


async def finish(caller: Caller, end: str) -> None:
    if end == "reset":
        caller.reset()
    elif end != "leave":
        await (caller.hang() if end == "hang" else caller.listen())


# --- send, receive, close


CODES = (*range(999, 1017), 3000, 4000, 4401, 4999, 5000, 65_535)
BAD_FRAMES = {
    "nothing": b"",
    "binary": frame(BINARY, b"\0"),
    "unknown opcode": frame(3, b""),
    "reserved bits": frame(TEXT, b"{}", first=0xF0),
    "masked": frame(TEXT, b"\0\0\0\0{}", masked=0x80),
    "not UTF-8": frame(TEXT, b"\xff\xfe"),
    "not finished": frame(TEXT, b"{", first=0),
    "finished out of nowhere": frame(0, b"}"),
    "a ping too long": frame(PING, bytes(200)),
    "cut off": text(FINAL)[:-1],
    "huge": b"\x81\x7f" + (1 << 40).to_bytes(8, "big") + bytes(1000),
    "no number": text({**FINAL, "start": float("nan"), "audio_processed": float("inf")}),
    "beyond numbers": frame(TEXT, b'{"type":"progress","audio_processed":1e999}'),
    "a deep nest": frame(TEXT, b"[" * 60_000),
    "a close of one byte": frame(CLOSE, b"\0"),
    **{f"close {code}": frame(CLOSE, code.to_bytes(2, "big") + b"why") for code in CODES},
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("bad", BAD_FRAMES)
async def test_a_bad_frame(bad: str, end: str) -> None:
    async def talk(caller: Caller) -> None:
        await caller.upgrade()
        await caller.say(text(READY) + BAD_FRAMES[bad])
        await finish(caller, end)

    async with rude_server(talk) as url:
        await fail(url)


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_any_babble(seed: int) -> None:
    choose = random.Random(seed)
    async with rude_server(babbler(choose)) as url:
        await fail(url, TWICE)


def babbler(choose: random.Random) -> Rudeness:
    async def babble(caller: Caller) -> None:
        await caller.upgrade()
        for _ in range(choose.randrange(10)):
            said = text(mutated(choose, choose.choice(MESSAGES)))
            said = choose.choice([said, said, said, choose.choice(list(BAD_FRAMES.values()))])
            await caller.say(said)
        await finish(caller, choose.choice(ENDS))

    return babble


def mutated(choose: random.Random, message: dict[str, object]) -> dict[str, object]:
    """Perhaps with a field of another kind, or without one."""
    changed = dict(message)
    field = choose.choice(list(changed))
    match choose.randrange(4):
        case 0:
            changed[field] = choose.choice([None, -1, 1e300, "x", [], {}, True, [1], "é" * 9])
        case 1:
            del changed[field]
    return changed
