from bench.load import STAGGER_S, plays


def test_the_same_seed_is_the_same_load() -> None:
    assert plays(10, 20.0, seed=3) == plays(10, 20.0, seed=3) != plays(10, 20.0, seed=4)


def test_every_client_plays_whole_utterances_of_about_the_length_asked_for() -> None:
    for play in plays(20, 20.0):
        seconds = len(play.pcm()) / 32_000
        utterances = play.utterances()
        assert 8 < seconds < 23
        assert 0 < utterances[0].start < utterances[-1].end < seconds
        assert 0 <= play.delay_s <= STAGGER_S
