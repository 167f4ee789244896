"""A request on its way through the engine, and what the engine wants of a model."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ..errors import ModelFailed
from ..session.decoding import DecodeRequest, Transcript
from .scheduler import Scheduler

Key = Any  # hashable, and known to the model alone


class Transcriber(Protocol):
    """A model. Each worker calls ``transcribe`` with requests of one key.

    What it ``doubts`` it is given once more, alone, to ``reconsider``: in as many steps as it
    wants, each of which yields None but the last.
    """

    name: str

    @property
    def languages(self) -> Sequence[str]:
        """Whisper codes of those that it knows."""

    @property
    def rest(self) -> float:
        """Times as long as a batch of updates took, for each in it, until the next one begins."""

    def batch_key(self, request: DecodeRequest) -> Key: ...

    def transcribe(self, requests: Sequence[DecodeRequest], key: Key) -> list[Transcript]: ...

    def doubts(self, request: DecodeRequest, transcript: Transcript, key: Key) -> bool: ...

    def reconsider(
        self, request: DecodeRequest, transcript: Transcript, key: Key
    ) -> Iterator[Transcript | None]: ...


class Job:
    """A request and whoever waits for its transcript, who may have left."""

    def __init__(self, request: DecodeRequest, key: Key, due_at: float) -> None:
        self.request = request
        self.key = key
        self.due_at = due_at
        self.doubted: Transcript | None = None  # the first transcript, to be reconsidered
        self.second_opinion: Iterator[Transcript | None] = iter(())
        self.future: asyncio.Future[Transcript] = asyncio.get_running_loop().create_future()
        self.came_at = self.began_at = asyncio.get_running_loop().time()

    def begin(self) -> None:
        self.began_at = asyncio.get_running_loop().time()

    def resolve(self, transcript: Transcript) -> None:
        if not self.future.done():  # the client left while the model ran
            self.future.set_result(replace(transcript, waited_s=self.began_at - self.came_at))

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def doubt(self, transcript: Transcript, second: Iterator[Transcript | None]) -> None:
        self.doubted, self.second_opinion = transcript, second

    @property
    def batch_key(self) -> Key:
        """A second opinion is not had in a batch."""
        return self if self.doubted else self.key

    def give_up(self) -> None:
        """The model raised. A first transcript is better than none."""
        if self.doubted:
            self.resolve(self.doubted)
        self.fail(ModelFailed("the model failed on this audio"))

    @property
    def is_urgent(self) -> bool:
        """A final that is decoded for the first time: somebody waits for it."""
        return self.request.final and self.doubted is None

    @property
    def is_update(self) -> bool:
        """An interim of which an earlier version is on the screen."""
        return not (self.request.final or self.request.first)

    @property
    def rank(self) -> int:
        """Urgent finals go first; then other finals and the first words of an utterance."""
        return 0 if self.is_urgent else 2 if self.is_update else 1

    @property
    def is_ahead(self) -> bool:
        return self.due_at > asyncio.get_running_loop().time()


def finals_first(most: Callable[[Key], int]) -> Scheduler[Job]:
    """``most`` tells how many requests of one key go into a batch."""
    return Scheduler(
        most=lambda job: most(job.key),
        rank=lambda job: job.rank,
        is_ahead=lambda job: job.is_ahead,
        batch_key=lambda job: job.batch_key,
    )
