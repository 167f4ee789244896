"""What a session needs of the model, wherever that runs."""

from collections.abc import Sequence
from typing import Protocol

from ..session.decoding import DecodeRequest, Transcript


class Decoder(Protocol):
    """Decode for any number of sessions while ``run()`` runs; ``alive`` tells if it does."""

    @property
    def name(self) -> str:
        """The model's."""

    @property
    def languages(self) -> Sequence[str]:
        """Whisper codes of those that the model knows."""

    @property
    def alive(self) -> bool: ...

    async def run(self) -> None:
        """Serve until cancelled."""

    async def decode(
        self, request: DecodeRequest, ahead_s: float = 0.0, *, live: bool = True
    ) -> Transcript:
        """Wait for the transcript; raise ModelFailed. Who is cancelled wants no answer.

        For ``ahead_s`` from now on others go first: the audio is that far ahead of real time.
        ``live``: somebody speaks, and waits for it.
        """
