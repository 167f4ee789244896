"""What may happen to a connection, by a seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stt_testing.chaos_proxy import WHOLE, ChaosProxy


@dataclass(frozen=True)
class Fault:
    """``after_s`` the one before, ``kind`` happens; what it does lasts for ``lasts_s``."""

    after_s: float
    kind: str
    lasts_s: float


KINDS = ("reset", "half_open", "stop_reading", "refuse", "split", "delay", "restart", "kill")
ODDS = (6, 2, 2, 3, 2, 2, 1, 1)

Restart = Callable[[bool], Awaitable[None]]
"""Of the server; True: without a word to its clients."""


def schedule(seed: int, length_s: float) -> list[Fault]:
    choose = random.Random(seed)
    faults: list[Fault] = []
    at_s = 0.0
    while (after_s := choose.expovariate(1.0)) + at_s < length_s:
        [kind] = choose.choices(KINDS, ODDS)
        faults.append(Fault(after_s, kind, choose.uniform(0.0, 1.0)))
        at_s += after_s + faults[-1].lasts_s
    return faults


async def inflict(faults: list[Fault], proxy: ChaosProxy, restart: Restart) -> None:
    """In the end the network is whole again."""
    for fault in faults:
        await asyncio.sleep(fault.after_s)
        match fault.kind:
            case "reset":
                proxy.reset()
            case "half_open":
                proxy.half_open()
            case "stop_reading":
                proxy.stop_reading()
            case "refuse":
                proxy.refusing = True
                proxy.reset()
            case "split":
                proxy.piece = 997
            case "delay":
                proxy.delay_s = 0.05
            case "restart" | "kill":
                await restart(fault.kind == "kill")
        await asyncio.sleep(fault.lasts_s)
        proxy.refusing, proxy.delay_s, proxy.piece = False, 0.0, WHOLE
