"""What turns audio into events. Protocols, uploads and evaluation know nothing else of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..session.config import SessionConfig
from ..session.events import EndReason, Event
from ..session.outbox import FinalCounts


class Transcription(AbstractAsyncContextManager["Transcription"], Protocol):
    """One speaker's stream. One task gives it input, another iterates over what it says.

    Input waits while too much of it is unanswered or what was said is not taken. All of it raises
    SttError: ClientError for what the input has of its own, ServerError where the model failed;
    that ends the iteration, too. Leave the context to drop what is unanswered.
    """

    @property
    def counts(self) -> FinalCounts: ...

    async def send(self, audio: bytes) -> None:
        """Take PCM in the configured format."""

    async def finalize(self, finalize_id: int | None = None) -> None:
        """End the open utterance now; Finalized is said after its Final."""

    async def configure(self, config: SessionConfig) -> None:
        """Change what may change: before the first audio all settings. Configured is said."""

    async def end(self, reason: EndReason = EndReason.END_OF_STREAM) -> None:
        """Take no more input. SessionEnded is said after everything that is owed."""

    def __aiter__(self) -> AsyncIterator[Sequence[Event]]:
        """Iterate to SessionEnded over events; those that belong together come together."""


class Transcriptions(Protocol):
    """Where transcriptions come from; they live while ``run()`` runs and ``alive`` is true."""

    @property
    def name(self) -> str:
        """The model's."""

    @property
    def alive(self) -> bool: ...

    async def run(self) -> None:
        """Serve until cancelled."""

    def open(self, config: SessionConfig) -> Transcription: ...
