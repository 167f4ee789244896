"""A whole recording over one connection."""

from __future__ import annotations

import aiohttp
import pytest
from custom_stt_client.connection import Connection, websocket_url
from custom_stt_client.errors import SessionInterrupted
from custom_stt_client.messages import Ready
from custom_stt_client.options import StreamOptions
from custom_stt_client.recording import RecordingTranscript, transcribe
from custom_stt_client.testing import Call, Script, ScriptedServer, greet, part, say_final


async def hear(script: Script) -> tuple[RecordingTranscript, Call]:
    greeted: list[Ready] = []
    async with ScriptedServer(script) as server, aiohttp.ClientSession() as session:
        connection = await Connection.open(session, websocket_url(server.url), None, 5)
        pcm = [bytes(100)] * 20
        heard = await transcribe(connection, pcm, StreamOptions(), 5, greeted.append)
    assert [ready.session_id for ready in greeted] == [heard.session_id]
    return heard, server.calls[0]


async def test_it_becomes_its_finals_and_the_reasons_where_there_is_none() -> None:
    async def answer(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await say_final(call, "one", 0)
        await say_final(call, "two", 0)
        await call.say("speech_ended", utterance=0, end=0.2)
        await call.say("speech_ended", utterance=1, end=0.3, suppressed="no_words")
        await part(call)

    heard, call = await hear(answer)
    assert (heard.text, heard.suppressed) == ("one two", ["no_words"])
    assert call.samples == 1000


async def test_a_session_that_the_server_ends_early_is_a_failure() -> None:
    async def shut_down(call: Call) -> None:
        await greet(call)
        await call.hear("end_of_stream")
        await call.say("session_ended", reason="server_shutdown")

    with pytest.raises(SessionInterrupted) as raised:
        await hear(shut_down)
    assert (raised.value.reason, raised.value.retryable) == ("server_shutdown", True)
