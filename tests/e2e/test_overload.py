"""More sessions than the machine can keep up with, each faster than real time."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from stt_testing.local_server import running_server
from stt_testing.native_client import connection, finals, transcribe
from stt_testing.recordings import recordings

SESSIONS = 24
[SENTENCE] = recordings("short02")


async def test_under_overload_nothing_fails_and_it_recovers() -> None:
    with running_server(STT_MAX_SESSIONS=str(SESSIONS)) as server:
        alone = finals(await transcribe(server.url, SENTENCE.pcm(), language="en"))
        crowd = [
            asyncio.create_task(
                transcribe(server.url, SENTENCE.pcm() * 3, pace=10.0, language="en")
            )
            for _ in range(SESSIONS)
        ]
        said = await asyncio.gather(*crowd)
        assert [[final["text"] for final in finals(each)] for each in said] == [
            [alone[0]["text"]] * 3
        ] * SESSIONS
        assert finals(await transcribe(server.url, SENTENCE.pcm(), language="en")) == alone


async def test_who_finds_no_place_is_told_when_to_come_back() -> None:
    with running_server(STT_MAX_SESSIONS="2") as server:
        async with connection(server.url), connection(server.url):
            with pytest.raises(InvalidStatus) as refused:
                await transcribe(server.url, SENTENCE.pcm())
            assert json.loads(refused.value.response.body)["retry_after"] > 0
            assert int(refused.value.response.headers["Retry-After"]) > 0
        assert finals(await transcribe(server.url, SENTENCE.pcm(), language="en"))
