import numpy as np

from stt_api.session.decoding import DecodeOptions, DecodeRequest, Doubt, Transcript
from stt_api.session.events import Event, Final, Finalized, SpeechEnded, SpeechStarted, Suppression
from stt_api.session.outbox import FinalCounts, Outbox
from stt_api.session.utterance import FinalDue
from stt_api.session.word import Word

HEARD = Transcript((Word(" heard"),), "en", -0.1, 0.0)
NOTHING = Transcript((), "en", -0.1, 0.0)


def due(number: int = 1) -> FinalDue:
    request = DecodeRequest(np.zeros(16_000, np.float32), DecodeOptions(), final=True)
    return FinalDue(number, request, 0, 0, 16_000)


def ended(number: int = 1) -> SpeechEnded:
    return SpeechEnded(number, 1.0, 1.0)


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_everything_behind_a_final_waits_until_it_is_decoded() -> None:
    outbox, final = Outbox(), due()
    outbox.owe(final, ended(), Finalized(7))
    assert outbox.take() == [] and outbox.undecoded() == [final]
    final.transcript = HEARD
    outbox.settle()
    assert kinds(outbox.take()) == ["Final", "SpeechEnded", "Finalized"]
    assert outbox.undecoded() == []


def test_a_later_final_that_is_decoded_first_waits_for_the_earlier_one() -> None:
    outbox, first, second = Outbox(), due(1), due(2)
    outbox.owe(first, ended(1), second, ended(2))
    second.transcript = HEARD
    outbox.settle()
    assert outbox.untold == 0
    first.transcript = HEARD
    outbox.settle()
    finals = [event for event in outbox.take() if isinstance(event, Final)]
    assert [final.utterance for final in finals] == [1, 2]


def test_what_is_said_at_once_passes_what_waits() -> None:
    outbox = Outbox()
    outbox.owe(due(), ended())
    outbox.say(SpeechStarted(2, 1.5))
    assert outbox.take() == [SpeechStarted(2, 1.5)]


def test_a_suppressed_final_is_told_by_the_end_of_its_utterance_alone() -> None:
    outbox, silent, heard = Outbox(), due(1), due(2)
    silent.transcript, heard.transcript = NOTHING, HEARD
    outbox.owe(silent, ended(1), heard, ended(2))
    first, *others = outbox.take()
    assert isinstance(first, SpeechEnded) and first.suppressed is Suppression.NO_WORDS
    assert kinds(others) == ["Final", "SpeechEnded"]
    assert isinstance(others[1], SpeechEnded) and others[1].suppressed is None


def test_finals_are_counted_by_what_became_of_them() -> None:
    outbox, silent, heard = Outbox(), due(1), due(2)
    silent.transcript = NOTHING
    heard.transcript = Transcript(HEARD.words, "en", -0.1, 0.0, redone=Doubt.UNSURE)
    outbox.owe(silent, ended(1), heard, ended(2))
    assert outbox.counts == FinalCounts(finals=1, suppressed=1, redone={"unsure": 1})
