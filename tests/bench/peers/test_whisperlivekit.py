"""Against a script of WhisperLiveKit's endpoint in Deepgram's protocol."""

import json
from dataclasses import replace

from websockets.asyncio.server import ServerConnection

from bench.peers.clients import converse
from bench.peers.plays import Play
from bench.peers.whisperlivekit import WHISPERLIVEKIT
from stt_testing.recordings import recordings
from stt_testing.scripted_server import scripted_server

PRODUCT = replace(WHISPERLIVEKIT, silence_s=0.0)
PLAY = Play(recordings("short13"), 0.0)


def results(text: str, final: bool) -> str:
    channel = {"alternatives": [{"transcript": text}]}
    return json.dumps({"type": "Results", "is_final": final, "channel": channel})


async def test_finals_are_added_up_and_interims_stand_behind_them() -> None:
    asked, heard = "", b""

    async def script(socket: ServerConnection) -> None:
        nonlocal asked, heard
        asked = socket.request.path if socket.request else ""
        await socket.send('{"type":"Metadata"}')
        async for message in socket:
            if isinstance(message, str):
                break
            heard += message
        await socket.send(results("They have", True))
        await socket.send(results("no job", False))
        await socket.send(results("no jobs.", True))

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert (log.failure, heard) == (None, PLAY.pcm(0.0))
    assert asked.startswith("/v1/listen?") and "endpointing=500" in asked
    texts = [screen.text for _, screen in log.screens]
    assert texts[-2:] == ["They have no job", "They have no jobs."]
    assert log.screens[-1][1].interim == ""


async def test_an_error_message_is_a_failure_in_its_words() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send('{"type":"Error","description":"Transcription failed."}')
        async for _ in socket:
            pass

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert log.failure == "Transcription failed."
