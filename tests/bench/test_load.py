import numpy as np

from bench.load import STAGGER_S, plays, silences


def test_the_same_seed_is_the_same_load() -> None:
    assert plays(10, 20.0, seed=3) == plays(10, 20.0, seed=3) != plays(10, 20.0, seed=4)


def test_every_client_plays_whole_utterances_of_about_the_length_asked_for() -> None:
    for play in plays(20, 20.0):
        seconds = len(play.pcm()) / 32_000
        assert abs(seconds - play.seconds) < 0.001
        utterances = play.utterances()
        assert 8 < seconds < 23
        assert 0 < utterances[0].start < utterances[-1].end < seconds
        assert 0 <= play.delay_s <= STAGGER_S


def test_silence_is_the_faint_noise_of_a_room_another_for_each_client() -> None:
    one, other = silences(2, 1.5)
    heard = np.frombuffer(one.pcm(), "<i2")
    assert len(heard) == 24_000 and not one.utterances() and not one.places()
    assert 0 < np.abs(heard).max() < 32_768 / 50
    assert one.pcm() == one.pcm() != other.pcm()
    assert 0 <= one.delay_s <= STAGGER_S
