"""What the server tells those who watch it: figures, never words."""

from .session.outbox import FinalCounts


class Observer:
    """Does nothing with what it is told. Called on the event loop: take it, and be quick."""

    def batch_decoded(self, requests: int, seconds: float) -> None:
        """One call of the model is over. It took ``seconds`` for so many ``requests``."""

    def transcription_ended(self, seconds: float, counts: FinalCounts) -> None:
        """A stream of ``seconds`` of audio is over, with or without its end."""
