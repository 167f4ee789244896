"""Audio in, events out, without a socket: around a model that the test controls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace

import pytest

from stt_api.decoding.contract import Decoder
from stt_api.errors import ModelFailed
from stt_api.observer import Observer
from stt_api.session.audio import SAMPLE_RATE, Samples
from stt_api.session.config import SessionConfig
from stt_api.session.decoding import DecodeRequest, Transcript
from stt_api.session.events import Event, Final
from stt_api.session.outbox import FinalCounts
from stt_api.session.session import MAX_UNTOLD
from stt_api.session.vad import Probabilities, SpeechModel, States
from stt_api.session.word import Word
from stt_api.transcription.contract import Transcription
from stt_api.transcription.local import PIECES_PER_S, LocalTranscriptions
from stt_testing.fake_model import FakeModel
from stt_testing.local_app import loudness_model
from stt_testing.sound import pcm, silence, speech

CONFIG = SessionConfig(interim_results=False)
SENTENCE = pcm(speech(1.024), silence(0.6))
COMPLETE = ["SpeechStarted", "Final", "SpeechEnded"]


class ScriptedDecoder:
    """A decoder that is no engine: as far as a transcription can tell, it may be anywhere."""

    name = FakeModel.name
    languages = FakeModel.languages
    alive = True

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.broken = False
        self.asked: list[tuple[DecodeRequest, float, bool]] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def decode(
        self, request: DecodeRequest, ahead_s: float = 0.0, *, live: bool = True
    ) -> Transcript:
        self.asked.append((request, ahead_s, live))
        self.begun.set()
        await self.gate.wait()
        if self.broken:
            raise ModelFailed("the decoder is gone")
        return Transcript((Word(" heard"),), "en", -0.1, 0.0)


@dataclass
class Notes(Observer):
    ended: list[tuple[float, FinalCounts]] = field(default_factory=list)

    def transcription_ended(self, seconds: float, counts: FinalCounts) -> None:
        self.ended.append((seconds, counts))


@asynccontextmanager
async def opened(
    decoder: Decoder,
    config: SessionConfig = CONFIG,
    speech_model: SpeechModel = loudness_model,
    observer: Observer | None = None,
) -> AsyncIterator[Transcription]:
    async with LocalTranscriptions(decoder, speech_model, observer).open(config) as transcription:
        yield transcription


async def said(transcription: Transcription) -> list[Event]:
    return [event async for events in transcription for event in events]


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


async def test_audio_becomes_events_up_to_the_end() -> None:
    async with opened(ScriptedDecoder()) as transcription:
        await transcription.send(SENTENCE)
        await transcription.end()
        assert kinds(await said(transcription)) == [*COMPLETE, "SessionEnded"]


async def test_all_of_a_long_frame_is_heard() -> None:
    async with opened(ScriptedDecoder()) as transcription:
        telling = asyncio.create_task(said(transcription))
        await transcription.send(SENTENCE * 3 + pcm(speech(0.3)))
        await transcription.end()
        events = await telling
    assert kinds(events)[:-1] == COMPLETE * 4
    assert events[-1].seconds_used == pytest.approx(3 * 1.624 + 0.3)  # type: ignore[union-attr]


async def test_what_belongs_together_is_given_together() -> None:
    decoder = ScriptedDecoder()
    decoder.gate.clear()
    async with opened(decoder) as transcription:
        await transcription.send(SENTENCE)
        await transcription.end()
        groups = []
        async for events in transcription:
            groups.append(kinds(list(events)))
            decoder.gate.set()
    assert groups == [["SpeechStarted"], ["Final", "SpeechEnded", "SessionEnded"]]


async def test_a_finalize_is_answered_after_the_final_that_it_asked_for() -> None:
    async with opened(ScriptedDecoder()) as transcription:
        await transcription.send(pcm(speech(1.0)))
        await transcription.finalize(7)
        await transcription.end()
        events = await said(transcription)
    assert kinds(events) == [*COMPLETE, "Finalized", "SessionEnded"]


async def test_audio_waits_while_finals_are_owed_and_none_of_it_is_lost() -> None:
    decoder = ScriptedDecoder()
    decoder.gate.clear()
    async with opened(decoder) as transcription:
        telling = asyncio.create_task(said(transcription))
        sending = asyncio.create_task(transcription.send(SENTENCE * 8))
        await decoder.begun.wait()
        for _ in range(200):
            await asyncio.sleep(0)
        assert not sending.done()
        decoder.gate.set()
        await sending
        await transcription.end()
        assert kinds(await telling).count("Final") == 8


async def test_input_waits_for_whoever_takes_the_events() -> None:
    async with opened(ScriptedDecoder()) as transcription:

        async def flood() -> None:
            for number in range(3 * MAX_UNTOLD):
                await transcription.finalize(number)
            await transcription.end()

        flooding = asyncio.create_task(flood())
        for _ in range(200):
            await asyncio.sleep(0)
        assert not flooding.done()
        assert kinds(await said(transcription)).count("Finalized") == 3 * MAX_UNTOLD


async def test_a_decoder_that_fails_ends_the_iteration_and_the_input() -> None:
    decoder = ScriptedDecoder()
    decoder.broken = True
    async with opened(decoder) as transcription:
        await transcription.send(SENTENCE)
        with pytest.raises(ModelFailed, match="the decoder is gone"):
            await said(transcription)
        with pytest.raises(ModelFailed, match="the decoder is gone"):
            await transcription.send(SENTENCE * 100)


async def test_speech_detection_that_fails_ends_the_iteration_too() -> None:
    def deaf(audio: Samples, states: States) -> tuple[Probabilities, States]:
        raise RuntimeError("out of memory")

    async with opened(ScriptedDecoder(), speech_model=deaf) as transcription:
        with pytest.raises(ModelFailed, match="speech detection failed"):
            await transcription.send(SENTENCE)
        with pytest.raises(ModelFailed, match="speech detection failed"):
            await said(transcription)


async def test_whoever_leaves_wants_no_answer_any_more() -> None:
    decoder = ScriptedDecoder()
    decoder.gate.clear()
    async with opened(decoder) as transcription:
        await transcription.send(SENTENCE)
        await decoder.begun.wait()
        [decode] = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    with pytest.raises(asyncio.CancelledError):
        await decode


async def test_a_cancelled_iteration_loses_no_event() -> None:
    async with opened(ScriptedDecoder()) as transcription:
        impatient = asyncio.create_task(said(transcription))
        await asyncio.sleep(0)
        impatient.cancel()
        await transcription.send(SENTENCE)
        await transcription.end()
        assert kinds(await said(transcription)) == [*COMPLETE, "SessionEnded"]


async def test_a_file_is_far_ahead_and_rests_after_a_piece_while_somebody_speaks_live() -> None:
    decoder = ScriptedDecoder()
    shared = LocalTranscriptions(decoder, loudness_model)
    piece = pcm(silence(1 / PIECES_PER_S))
    async with shared.open(CONFIG) as transcription:
        clock = asyncio.get_running_loop().time
        telling = asyncio.create_task(said(transcription))
        await transcription.send(SENTENCE * 5)
        shared.presence.note(clock())
        began = clock()
        await transcription.send(piece * 5)
        assert clock() - began >= 0.09  # 1 s of audio at ten times real time
        await transcription.end()
        events = await telling
    assert kinds(events).count("Final") == 5
    request, ahead_s, live = decoder.asked[-1]
    assert request.final and ahead_s > 5.0 and not live


async def test_settings_before_the_first_audio_may_change_its_format() -> None:
    async with opened(ScriptedDecoder()) as transcription:
        half = replace(CONFIG, audio=replace(CONFIG.audio, sample_rate=SAMPLE_RATE // 2))
        await transcription.finalize(1)
        await transcription.configure(half)
        await transcription.send(pcm(silence(1.0)))
        await transcription.end()
        events = await said(transcription)
    assert kinds(events)[:2] == ["Finalized", "Configured"]
    assert events[-1].seconds_used == pytest.approx(2.0, abs=0.05)  # type: ignore[union-attr]


async def test_an_observer_is_told_what_became_of_a_transcription() -> None:
    notes = Notes()
    async with opened(ScriptedDecoder(), observer=notes) as transcription:
        await transcription.send(SENTENCE)
        await transcription.end()
        finals = [event for event in await said(transcription) if isinstance(event, Final)]
    [(seconds, counts)] = notes.ended
    assert seconds == pytest.approx(1.624) and asdict(counts)["finals"] == len(finals) == 1
