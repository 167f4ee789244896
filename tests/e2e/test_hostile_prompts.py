"""Text is text: what one client writes into its prompt or keyterms costs no other a word."""

import asyncio
import json
from typing import Any

import pytest

from stt_api.models.sources import find_model
from stt_testing.local_server import RunningServer
from stt_testing.native_client import Reply, command, connection, finals, replies
from stt_testing.recordings import Recording, recordings

HOSTILE = 200  # sessions
AT_ONCE = 8
LONG = (
    "I would like to travel next week, please. " * 4
)  # as long as pico takes it, like the hostile
CONTROLS = "".join(map(chr, (*range(32), *range(127, 160), 0x200B, 0x202E, 0xFEFF, 0xFFFF)))


def special_tokens() -> list[str]:
    with open(f"{find_model('pico').location}/tokenizer.json") as file:
        return [token["content"] for token in json.load(file)["added_tokens"]]


def hostile_settings() -> list[dict[str, Any]]:
    """Every special token, alone and inside text, as prompt or as keyterms; and worse.

    Each has the one that moves the beginning of the transcript, which failed whole batches.
    """
    specials = special_tokens()
    share = [["<|startoftranscript|>", *specials[n :: HOSTILE - 2]] for n in range(HOSTILE - 2)]
    settings: list[dict[str, Any]] = []
    for number, tokens in enumerate(share):
        text = "".join(tokens) if number % 2 else f"call {' me '.join(tokens)} now"
        settings.append({"prompt": text} if number % 4 < 2 else {"keyterms": [*tokens, text[:100]]})
    return [*settings, {"prompt": CONTROLS}, {"prompt": "\ud800<|startoftranscript|>"}]


async def listened(server: RunningServer, pcm: bytes, settings: dict[str, Any]) -> list[Reply]:
    async with connection(server.url, language="en", interim_results=False) as socket:
        await command(socket, "configure", **settings)
        await socket.send(pcm)
        await command(socket, "end_of_stream")
        return await replies(socket)


async def innocent(server: RunningServer, recording: Recording) -> list[str]:
    said = await listened(server, recording.pcm(), {"prompt": LONG})
    assert [reply for reply in said if reply["type"] == "error"] == []
    return [final["text"] for final in finals(said)]


@pytest.mark.timeout(300)
async def test_no_prompt_costs_another_client_a_word(server: RunningServer) -> None:
    clips = recordings("short") + recordings("human-digits")
    pcm = clips[0].pcm()  # of a length that shares batches with the others
    calm = [await innocent(server, clip) for clip in clips]
    waiting = iter(hostile_settings())
    ended: list[list[Reply]] = []

    async def attack() -> None:
        for settings in waiting:
            ended.append(await listened(server, pcm, settings))

    attacking = asyncio.gather(*(attack() for _ in range(AT_ONCE)))
    rounds = 0
    while not attacking.done() or not rounds:
        beside = await asyncio.gather(*(innocent(server, clip) for clip in clips))
        assert beside == calm
        rounds += 1
    await attacking
    errors = [reply for said in ended for reply in said if reply["type"] == "error"]
    assert len(ended) == HOSTILE and {said[-1]["type"] for said in ended} == {"session_ended"}
    assert [error["field"] for error in errors] == ["prompt"]  # the lone surrogate
