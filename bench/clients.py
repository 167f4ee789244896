"""Simulated clients of the native protocol, in real time. Measures nothing, notes everything."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus, WebSocketException

from stt_testing.native_client import command, connection, messages, speak

from .load import Sound


@dataclass(slots=True)
class Log:
    """What one client heard: (seconds since its first sample, message), and how it ended."""

    play: Sound
    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    failure: str | None = None


def run_clients(url: str, plays: Sequence[Sound], settings: dict[str, Any]) -> list[Log]:
    """Play all at once in this process; called in processes of their own."""
    return asyncio.run(_all(url, plays, settings))


async def _all(url: str, plays: Sequence[Sound], settings: dict[str, Any]) -> list[Log]:
    return list(await asyncio.gather(*(_one(url, play, settings) for play in plays)))


async def _one(url: str, play: Sound, settings: dict[str, Any]) -> Log:
    log = Log(play)
    pcm = play.pcm()
    await asyncio.sleep(play.delay_s)
    try:
        async with connection(url, language="en", **settings) as socket:
            start = time.perf_counter()
            listening = asyncio.create_task(_listen(socket, log, start))
            await speak(socket, pcm)
            await command(socket, "end_of_stream")
            await listening
    except InvalidStatus as refusal:
        log.failure = f"refused with {refusal.response.status_code}"
    except (WebSocketException, OSError) as error:
        log.failure = type(error).__name__
    return log


async def _listen(socket: ClientConnection, log: Log, start: float) -> None:
    async for message in messages(socket):
        log.heard.append((time.perf_counter() - start, message))
