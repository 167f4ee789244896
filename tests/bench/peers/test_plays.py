from bench.load import STAGGER_S
from bench.peers.plays import Play, plays
from stt_api.session.audio import SAMPLE_RATE
from stt_testing.recordings import recordings


def test_the_same_seed_is_the_same_load() -> None:
    assert plays(4, 3, seed=1) == plays(4, 3, seed=1) != plays(4, 3, seed=2)


def test_every_session_plays_as_many_different_recordings_as_asked_for() -> None:
    for play in plays(8, 4):
        assert len({clip.name for clip in play.clips}) == 4
        assert 0 <= play.delay_s <= STAGGER_S


def test_each_utterance_is_followed_by_the_silence_asked_for() -> None:
    play = Play(recordings("short0")[:2], 0.0)
    first, second = play.utterances(silence_s=3.0)
    length = round(first.end * SAMPLE_RATE) + 3 * SAMPLE_RATE
    begin = play.clips[1].utterances[0].start
    assert abs(second.start - begin - length / SAMPLE_RATE) < 0.001
    assert abs(len(play.pcm(3.0)) / 2 - (second.end + 3.0) * SAMPLE_RATE) < 2


def test_the_silence_behind_a_recording_may_be_shorter_than_its_own() -> None:
    play = Play(recordings("short00"), 0.0)
    [utterance] = play.utterances(silence_s=0.0)
    assert len(play.pcm(0.0)) == 2 * round(utterance.end * SAMPLE_RATE)
