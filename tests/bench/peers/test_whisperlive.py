"""Against a script of WhisperLive's server."""

import json
from dataclasses import replace

from websockets.asyncio.server import ServerConnection

from bench.peers.clients import converse
from bench.peers.plays import Play
from bench.peers.whisperlive import WHISPERLIVE
from stt_testing.recordings import recordings
from stt_testing.scripted_server import scripted_server

PRODUCT = replace(WHISPERLIVE, silence_s=0.0)
PLAY = Play(recordings("short13"), 0.0)


def segments(*texts: tuple[str, str, bool]) -> str:
    """Start, text, completed."""
    each = [{"start": start, "text": text, "completed": done} for start, text, done in texts]
    return json.dumps({"uid": "x", "segments": each})


async def test_completed_segments_stay_though_later_messages_leave_them_out() -> None:
    heard, asked = b"", {}

    async def script(socket: ServerConnection) -> None:
        nonlocal heard
        asked.update(json.loads(await socket.recv()))
        await socket.send('{"uid":"x","message":"SERVER_READY"}')
        async for message in socket:
            if message == b"END_OF_AUDIO":
                break
            heard += message  # type: ignore[operator]
        await socket.send(segments(("0.000", " They have", False)))
        await socket.send(segments(("0.000", " They have", True), ("0.700", " no", False)))
        await socket.send(segments(("0.700", " no jobs.", True)))

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert (log.failure, heard) == (None, PLAY.pcm(0.0))
    assert (asked["audio_format"], asked["use_vad"]) == ("int16", True)
    assert [screen.text.split() for _, screen in log.screens[-3:]] == [
        ["They", "have"],
        ["They", "have", "no"],
        ["They", "have", "no", "jobs."],
    ]
    assert log.screens[-1][1].interim == ""


async def test_a_server_that_asks_to_wait_is_a_failure_that_says_so() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"uid":"x","status":"WAIT","message":0.5}')

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert log.failure == "WAIT: 0.5"
