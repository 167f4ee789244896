"""What was said in the newest utterance."""

from __future__ import annotations

from custom_stt_client.accumulator import Accumulator
from custom_stt_client.events import Event, UtteranceEnd
from custom_stt_client.messages import SpeechStarted, Transcript


def transcript(text: str, is_final: bool = True) -> Transcript:
    return Transcript(0, text, is_final, 0.0, 1.0, "en", 0.9, None, None, None)


def test_it_is_the_finals_of_one_utterance_up_to_the_start_of_the_next() -> None:
    accumulator = Accumulator()
    said: list[Event] = [
        SpeechStarted(0, 0.0),
        transcript("one"),
        transcript("two, perhaps", is_final=False),
        transcript("two"),
        UtteranceEnd(0, 0.0, 1.0),
        SpeechStarted(1, 2.0),
    ]
    told = []
    for event in said:
        accumulator.add(event)
        told.append(accumulator.text)
    assert told == ["", "one", "one", "one two", "one two", ""]
