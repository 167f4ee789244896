"""Against a script of RealtimeSTT's example server, which never closes by itself."""

import json
import struct
from dataclasses import replace

from websockets.asyncio.server import ServerConnection

from bench.peers.clients import converse
from bench.peers.plays import Play
from bench.peers.realtimestt import REALTIMESTT
from stt_testing.recordings import recordings
from stt_testing.scripted_server import scripted_server

PRODUCT = replace(REALTIMESTT, silence_s=0.2)
PLAY = Play(recordings("short13"), 0.0)


def unpacked(packet: bytes) -> tuple[dict[str, object], bytes]:
    [size] = struct.unpack("<I", packet[:4])
    return json.loads(packet[4 : 4 + size]), packet[4 + size :]


async def test_the_client_waits_until_ready_wraps_audio_and_shows_both_kinds_of_text() -> None:
    heard = b""

    async def say(socket: ServerConnection, kind: str, text: str) -> None:
        await socket.send(json.dumps({"type": kind, "segmentId": 1, "text": text}))

    async def script(socket: ServerConnection) -> None:
        nonlocal heard
        await socket.send('{"type":"hello"}')
        await socket.send('{"type":"ready"}')
        assert json.loads(await socket.recv())["type"] == "start"
        async for packet in socket:
            about, pcm = unpacked(packet)  # type: ignore[arg-type]
            form = {"sampleRate": 16_000, "channels": 1, "format": "pcm_s16le"}
            assert about == {**form, "frames": len(pcm) // 2}
            heard += pcm
            if len(heard) == 32_000:
                await say(socket, "realtime", "They have")
            elif len(heard) == len(PLAY.pcm(0.2)):
                await socket.send('{"type":"status","state":"transcribing"}')
                await say(socket, "final", "They have no jobs.")

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert (log.failure, heard) == (None, PLAY.pcm(0.2))
    shown = [(screen.final.strip(), screen.interim) for _, screen in log.screens]
    assert shown[0] == ("", "They have")
    assert shown[-1] == ("They have no jobs.", "")


async def test_a_server_that_is_full_is_a_failure_in_its_words() -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send('{"type":"error","message":"Server is at the session limit."}')

    async with scripted_server(script) as port:
        [log] = await converse(PRODUCT, port, [PLAY])
    assert log.failure == "Server is at the session limit."
