"""The client's events in LiveKit's terms: ids, times of day, texts."""

from __future__ import annotations

from dataclasses import replace

from custom_stt_client.messages import (
    Finalized,
    Message,
    Ready,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    Word,
)
from custom_stt_client.progress import Progress
from custom_stt_client.utterances import Utterances
from livekit.agents import stt
from livekit.agents.stt import SpeechEventType as Type
from livekit.plugins.custom_stt._speech_events import SpeechEvents
from livekit.plugins.custom_stt._wall_clock import WallClock


class Listener:
    """Ten seconds of audio have come in by 500 s; what the server says becomes speech events."""

    def __init__(self, start_time_offset: float = 0.0, pushed_s: float = 10.0) -> None:
        self.progress = Progress()
        self.progress.pushed(pushed_s)
        clock = WallClock(lambda: 500.0)
        clock.pushed(0.0, pushed_s)
        self.utterances = Utterances(self.progress)
        self._speech_events = SpeechEvents(self.progress, clock)
        self._speech_events.start_time_offset = start_time_offset

    def hear(self, *messages: Message) -> list[stt.SpeechEvent]:
        events = [event for said in messages for event in self.utterances.receive(said)]
        return [told for event in events for told in self._speech_events.of(event)]


def start(utterance: int) -> SpeechStarted:
    return SpeechStarted(utterance, float(utterance))


def final(utterance: int) -> Transcript:
    times = utterance + 0.1, utterance + 0.8
    return Transcript(utterance, "hi", True, *times, "en", 0.9, None, None, None)


def end(utterance: int) -> SpeechEnded:
    return SpeechEnded(utterance, utterance + 0.9)


def test_an_utterance_keeps_its_id_over_connections() -> None:
    events = Listener().hear(Ready("a", "m"), start(0), Ready("b", "m"), final(0), end(0))
    assert {event.request_id for event in events} == {"a-0"}


def test_a_final_that_comes_late_has_its_own_id_amid_another_utterance() -> None:
    said = (Ready("s", "m"), start(0), end(0), start(1), final(0), final(1), end(1))
    events = Listener().hear(*said)
    ids = [event.request_id for event in events]
    assert ids == ["s-0", "s-0", "s-1", "s-0", "s-1", "s-1"]


def test_events_tell_when_speech_began_and_ended_and_whose_it_is() -> None:
    events = Listener().hear(Ready("s1", "pico"), start(2), final(2), end(2))
    assert [event.request_id for event in events] == ["s1-2"] * 3
    assert events[0].speech_start_time == 492.0
    assert [event.speech_end_time for event in events[1:]] == [492.8, 492.9]


def test_an_end_of_speech_tells_why_its_final_is_missing() -> None:
    suppressed = replace(end(0), suppressed="repetition")
    events = Listener().hear(start(0), suppressed, start(1), final(1), end(1))
    ends = [event for event in events if event.type is Type.END_OF_SPEECH]
    reasons = [event.alternatives[0].metadata for event in ends]
    assert reasons == [{"suppressed": "repetition"}, None]


def test_a_flush_without_a_final_is_answered_by_an_empty_one() -> None:
    listener = Listener(start_time_offset=10.0)
    listener.progress.sent(0.0, 4.0)
    listener.utterances.flush_sent(1)
    [answer] = listener.hear(Ready("s", "m"), Finalized(1))
    assert (answer.type, answer.request_id) == (Type.FINAL_TRANSCRIPT, "s")
    assert (answer.alternatives[0].text, answer.alternatives[0].start_time) == ("", 14.0)
    assert answer.speech_end_time == 494.0


def test_a_flush_with_a_final_needs_no_other() -> None:
    listener = Listener()
    listener.hear(start(0))
    listener.utterances.flush_sent(1)
    events = listener.hear(final(0), end(0), Finalized(1))
    assert [event.type for event in events] == [Type.FINAL_TRANSCRIPT, Type.END_OF_SPEECH]


def test_where_speech_began_and_ended_is_told_in_the_streams_time_too() -> None:
    listener = Listener(start_time_offset=10.0)
    events = listener.hear(start(2), final(2), end(2)) + listener.hear(final(1))
    times = [(e.alternatives[0].start_time, e.alternatives[0].end_time) for e in events]
    spoken = [(12.0, 0.0), (12.1, 12.8), (12.0, 12.9)]
    late = [(11.1, 0.0), (11.1, 11.8), (11.1, 11.8)]
    assert times == spoken + late


def test_a_final_carries_times_words_confidence_and_the_servers_lag() -> None:
    word = Word("hi", 0.5, 0.75, 0.4)
    said = Transcript(0, "hi", True, 0.5, 1.0, "en", 0.8, (word,), 0.1, 1.5)
    listener = Listener(start_time_offset=10.0, pushed_s=2.0)
    data = listener.hear(said)[1].alternatives[0]
    assert (data.text, data.language, data.confidence) == ("hi", "en", 0.8)
    assert (data.start_time, data.end_time) == (10.5, 11.0)
    assert data.metadata == {"no_speech_prob": 0.1, "lag_s": 0.5}
    assert data.words is not None
    assert [(w, w.start_time, w.end_time, w.confidence) for w in data.words] == [
        ("hi", 10.5, 10.75, 0.4)
    ]
