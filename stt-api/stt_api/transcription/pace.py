"""Tell a live speaker from a file: when would the audio that came have been spoken?

Live sessions come first at the model, and whoever sends faster than real time takes what is left,
as fast as speech detection hears it: some twenty times real time (docs/architecture.md, 8 and 21).
But nobody starves: what was sent ahead becomes due as real time passes, so that a file is heard at
the pace of speech at least, like everyone's audio. Pure; the time is given, in s.
"""

HEAD_START_S = 1.0  # before anything is ahead: frames come in bursts
REPLAY_S = 30.0  # what a client that resumes may send again at once, and be live all the same
LATENESS_S = 10.0  # audio that comes late is not ahead when it comes at last
PROOF_S = 2.0  # of real time, after which a client that is not ahead is taken for live
FILE_SPEED = 10  # times real time, at most, of a file beside live sessions
CATCHING_UP = 0.1  # share of a lead that real time forgives: sound cards' clocks, late frames


class Pace:
    """A leaky bucket of audio that real time empties."""

    def __init__(self, now: float, warm_up_s: float = 0.0) -> None:
        """``warm_up_s`` of audio that an earlier connection has answered tell that this resumes."""
        head_start_s = warm_up_s + REPLAY_S if warm_up_s else HEAD_START_S
        self._most_late_s = max(head_start_s, LATENESS_S)
        self._began_at = now
        self.due_at = now - head_start_s
        """When the newest audio would have been spoken; in the future where it is ahead."""

    def received(self, seconds: float, now: float) -> None:
        self.due_at = max(self.due_at, now - self._most_late_s) + (1 - CATCHING_UP) * seconds

    def is_ahead(self, now: float) -> bool:
        return self.due_at > now

    def is_live(self, now: float) -> bool:
        """Tell if somebody speaks: audio has come in real time, for long enough to be no clip."""
        return not self.is_ahead(now) and now - self._began_at >= PROOF_S

    def rest_s(self, seconds: float, now: float, *, live: bool) -> float:
        """Return how long others have the event loop to themselves after ``seconds`` of audio.

        Speech detection alone would fill it, and a core, with files, whoever speaks ``live``.
        """
        return seconds / FILE_SPEED if live and self.is_ahead(now) else 0.0
