from bench.load import Play
from bench.offline import run_offline

SENTENCES = [Play("dialogue1.flac", 10, 11, 0.0), Play("dialogue0.flac", 3, 4, 1.5)]


def test_the_yardstick_hears_all_recordings_and_tells_its_cost() -> None:
    step = run_offline("pico", "cpu", SENTENCES)
    said = sum(len(play.utterances()[0].text.split()) for play in SENTENCES)
    assert (step.sessions, step.figures.utterances, step.figures.words) == (2, 2, said)
    assert step.figures.wer < 0.3
    assert step.audio_s == sum(play.seconds for play in SENTENCES)
    assert step.cpu_of_a_session > 0
