"""Attackers at work for a bounded time, and what they noted."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from .attacks import ATTACKS, Attack


@dataclass(slots=True)
class Tally:
    """What came of one attack."""

    attack: str
    attempts: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def without_an_end(self) -> int:
        """Attempts that the server had not ended when the time was over."""
        return self.attempts - self.answers.total()

    def add(self, other: "Tally") -> None:
        self.attempts += other.attempts
        self.answers += other.answers


def run_attackers(url: str, names: Sequence[str], seconds: float) -> list[Tally]:
    """Attack from this process; called in processes of their own."""
    return asyncio.run(_all(url, names, seconds))


async def _all(url: str, names: Sequence[str], seconds: float) -> list[Tally]:
    until = asyncio.get_running_loop().time() + seconds
    tallies = [Tally(name) for name in names]
    async with asyncio.TaskGroup() as attackers:
        for tally in tallies:
            for _ in range(ATTACKS[tally.attack].at_once):
                attackers.create_task(_attacker(url, tally, until))
    return tallies


async def _attacker(url: str, tally: Tally, until: float) -> None:
    attack = ATTACKS[tally.attack]
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            while True:
                number, tally.attempts = tally.attempts, tally.attempts + 1
                tally.answers[await _answer(attack, url, number)] += 1
                await asyncio.sleep(attack.rest_s)


async def _answer(attack: Attack, url: str, number: int) -> str:
    try:
        return await attack.attempt(url, number)
    except InvalidStatus as refusal:
        return str(refusal.response.status_code)
    except ConnectionClosed as closed:
        return f"closed {closed.rcvd.code}" if closed.rcvd else "closed"
    except TimeoutError:
        return "no answer"
    except (BrokenPipeError, ConnectionResetError):
        return "closed"
    except (OSError, WebSocketException) as error:
        return type(error).__name__
