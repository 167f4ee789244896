"""What was said in the newest utterance, as far as somebody has read the events. Pure."""

from __future__ import annotations

from .events import Event
from .messages import SpeechStarted, Transcript


class Accumulator:
    """``add`` each event that is read; ``text`` may be read from any thread."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, event: Event) -> None:
        if isinstance(event, SpeechStarted):
            self.text = ""
        elif isinstance(event, Transcript) and event.is_final:
            self.text = f"{self.text} {event.text}".strip()
