"""Send and receive at once over one connection, and decide when and how that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from livekit.agents import APITimeoutError

from ._connection import Connection

LAST_WORDS_S = 1.0  # after a failed write, to read why the server hung up


async def converse(
    connection: Connection,
    sending: Coroutine[Any, Any, None],
    receiving: Coroutine[Any, Any, None],
    timeout_s: float,
    *watching: Coroutine[Any, Any, None],
) -> None:
    """Both directions at once, until the server has ended the session. ``watching`` may only raise.

    Raises what failed, and APITimeoutError when, after all was sent, the server says
    nothing for ``timeout_s``.
    """
    receiver = asyncio.create_task(receiving)
    sender = asyncio.create_task(sending)
    watchers = map(asyncio.create_task, (connection.keep_alive(), *watching))
    tasks = (receiver, sender, *watchers)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if any(map(_failed, tasks[1:])):
            await asyncio.wait({receiver}, timeout=LAST_WORDS_S)
        elif not receiver.done():
            await _wait_for_the_end(connection, receiver, timeout_s)
        for task in tasks:  # the receiver first: it knows best what happened
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for_the_end(
    connection: Connection, receiver: asyncio.Task[None], timeout_s: float
) -> None:
    heard = -1
    while not receiver.done():
        if connection.messages_received == heard:
            raise APITimeoutError("the server did not end the session in time")
        heard = connection.messages_received
        await asyncio.wait({receiver}, timeout=timeout_s)


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
