"""What a session owes its client, in the order in which the client gets it."""

from collections import deque
from dataclasses import dataclass, field, replace

from .events import Event, Final, SpeechEnded, Suppression
from .language import LanguageBelief
from .utterance import FinalDue


@dataclass(slots=True)
class FinalCounts:
    """Finals of a session so far: given, suppressed, and decoded again, by the reason's name."""

    finals: int = 0
    suppressed: int = 0
    redone: dict[str, int] = field(default_factory=dict)


class Outbox:
    """Everything behind a final waits until that is decoded; ``say`` passes all that waits."""

    def __init__(self) -> None:
        self.counts = FinalCounts()
        self.belief = LanguageBelief()  # after the finals given so far: each is decoded under it
        self._waiting: deque[Event | FinalDue] = deque()
        self._events: list[Event] = []
        self._suppression: Suppression | None = None  # of the utterance that is being told

    def say(self, event: Event) -> None:
        self._events.append(event)

    def owe(self, *items: Event | FinalDue) -> None:
        self._waiting += items
        self.settle()

    def settle(self) -> None:
        """Say everything that waits for no decode."""
        while self._waiting:
            item = self._waiting[0]
            if isinstance(item, FinalDue):
                if item.transcript is None:
                    return
                self._settle_final(item)
            elif isinstance(item, SpeechEnded):
                self.say(replace(item, suppressed=self._suppression))
                self._suppression = None
            else:
                self.say(item)
            self._waiting.popleft()

    def undecoded(self) -> list[FinalDue]:
        dues = (item for item in self._waiting if isinstance(item, FinalDue))
        return [due for due in dues if due.transcript is None]

    @property
    def untold(self) -> int:
        """Events that nobody has taken yet."""
        return len(self._events)

    def take(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _settle_final(self, due: FinalDue) -> None:
        """Give it, or remember why it is not given: the end of the utterance tells."""
        assert due.transcript
        if reason := due.transcript.redone:
            self.counts.redone[reason.value] = self.counts.redone.get(reason.value, 0) + 1
        outcome = due.outcome()
        if isinstance(outcome, Final):
            self.counts.finals += 1
            self.belief = due.transcript.belief
            self.say(outcome)
        else:
            self.counts.suppressed += 1
            self._suppression = outcome
