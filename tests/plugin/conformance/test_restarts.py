"""The server goes away and comes back while an agent listens."""

import asyncio
import random

import pytest

from stt_api.word_errors import words
from stt_testing.conversation import SENTENCE, Conversation, conversation

from .mortal_server import MortalServer
from .scale import CALL_S, KILLS


@pytest.mark.parametrize("kill", [False, True])
async def test_a_restart_in_silence_is_invisible_to_the_agent(kill: bool) -> None:
    async with MortalServer() as server, conversation(server.url) as talk:
        await talk.hear()
        silence = asyncio.create_task(talk.be_silent(6.0))
        await server.restart(kill=kill)
        await silence
        await talk.hear()
    assert talk.all("error") == []
    assert _said(talk) == [words(SENTENCE)] * 2
    states = [event.new_state for event in talk.all("user_state_changed")]
    assert states == ["speaking", "listening"] * 2


@pytest.mark.timeout(2 * CALL_S)
async def test_every_turn_is_answered_though_the_server_is_killed_again_and_again() -> None:
    async with MortalServer() as server, conversation(server.url) as talk:
        killing = asyncio.create_task(_kill_again_and_again(server))
        turns = await _talk_until(talk, killing)
    assert _said(talk) == [words(SENTENCE)] * turns
    assert len(talk.all("assistant")) == turns


def _said(talk: Conversation) -> list[list[str]]:
    return [words(item.text_content) for item in talk.all("user")]


async def _kill_again_and_again(server: MortalServer) -> None:
    choose = random.Random(7)
    for _ in range(KILLS):
        await asyncio.sleep(choose.uniform(0.5, 1.0) * CALL_S / KILLS - 3.0)
        await server.restart(kill=True)


async def _talk_until(talk: Conversation, killing: asyncio.Task[None]) -> int:
    """Turns for CALL_S, and at least one more after the last kill; returns how many."""
    now = asyncio.get_running_loop().time
    ends_at, turns, last = now() + CALL_S, 0, False
    while not last:
        last = killing.done() and now() >= ends_at
        await talk.hear()
        turns += 1
    await killing
    return turns
