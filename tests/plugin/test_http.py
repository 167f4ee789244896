"""Whose HTTP session is used, and who closes it."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.agents import utils
from livekit.plugins.custom_stt._http import HttpSessions


async def test_the_users_session_goes_before_the_jobs_and_is_not_closed() -> None:
    async with utils.http_context.open(), aiohttp.ClientSession() as session:
        sessions = HttpSessions(session)
        assert await sessions.current() is session
        await sessions.aclose()
        assert not session.closed


async def test_in_a_job_the_jobs_session_is_used_and_not_closed() -> None:
    async with utils.http_context.open() as session:
        sessions = HttpSessions(None)
        assert await sessions.current() is session
        await sessions.aclose()
        assert not session.closed


async def test_our_own_is_made_once_and_anew_after_it_was_closed() -> None:
    sessions = HttpSessions(None)
    own = await sessions.current()
    assert await sessions.current() is own
    await sessions.aclose()
    again = await sessions.current()
    await sessions.aclose()
    assert own.closed and again.closed and again is not own


def test_each_event_loop_has_its_own_and_what_a_loop_left_open_is_closed_in_the_next() -> None:
    sessions = HttpSessions(None)
    first = asyncio.run(sessions.current())

    async def go_on() -> aiohttp.ClientSession:
        second = await sessions.current()
        assert first.closed and not second.closed
        return second

    second = asyncio.run(go_on())
    asyncio.run(sessions.aclose())
    assert second.closed


async def test_a_session_of_another_loop_that_still_runs_stays_open() -> None:
    sessions = HttpSessions(None)
    own = await sessions.current()
    await asyncio.to_thread(asyncio.run, sessions.aclose())
    assert not own.closed
    await sessions.aclose()
    assert own.closed
