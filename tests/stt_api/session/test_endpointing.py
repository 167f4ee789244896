from stt_api.session.audio import SAMPLE_RATE
from stt_api.session.endpointing import Edge, Endpointer, EndpointingConfig

WINDOW = SAMPLE_RATE // 100  # 10 ms: round figures
CONFIG = EndpointingConfig(min_speech_s=0.05, pause_s=0.2, silence_s=0.5)


def judge(*parts: tuple[float, float]) -> list[tuple[float, Edge]]:
    """Push (probability, seconds) and return each edge with the time it was seen."""
    endpointer, edges = Endpointer(CONFIG), []
    for probability, seconds in parts:
        for _ in range(round(seconds * 100)):
            if edge := endpointer.push(probability, WINDOW):
                edges.append((endpointer.position / SAMPLE_RATE, edge))
    return edges


def test_speech_starts_pauses_and_ends() -> None:
    assert judge((0.0, 1.0), (0.9, 1.0), (0.0, 0.5)) == [
        (1.05, Edge.STARTED),
        (2.2, Edge.PAUSED),
        (2.5, Edge.ENDED),
    ]


def test_a_click_is_not_speech() -> None:
    assert judge((0.0, 1.0), (0.9, 0.04), (0.0, 1.0)) == []


def test_two_clicks_do_not_add_up() -> None:
    assert judge((0.9, 0.04), (0.0, 0.01), (0.9, 0.04)) == []


def test_speech_that_resumes_after_a_pause_goes_on() -> None:
    assert [edge for _, edge in judge((0.9, 1.0), (0.0, 0.3), (0.9, 1.0))] == [
        Edge.STARTED,
        Edge.PAUSED,
        Edge.RESUMED,
    ]


def test_a_probability_between_release_and_threshold_keeps_what_is() -> None:
    assert judge((0.4, 2.0)) == []
    assert [edge for _, edge in judge((0.9, 0.5), (0.4, 2.0))] == [Edge.STARTED]
    assert judge((0.9, 0.5), (0.0, 0.3), (0.4, 0.2))[-1] == (1.0, Edge.ENDED)


def test_a_silence_shorter_than_the_pause_ends_without_a_pause() -> None:
    endpointer = Endpointer(EndpointingConfig(silence_s=0.1))
    edges = [endpointer.push(0.9, WINDOW) for _ in range(50)]
    edges += [endpointer.push(0.0, WINDOW) for _ in range(10)]
    assert [edge for edge in edges if edge] == [Edge.STARTED, Edge.ENDED]


def test_the_endpointer_knows_where_speech_began_and_ended() -> None:
    endpointer = Endpointer(CONFIG, position=SAMPLE_RATE)
    for probability in [0.0] * 100 + [0.9] * 100 + [0.0] * 50:
        endpointer.push(probability, WINDOW)
    assert endpointer.speech_start == 2 * SAMPLE_RATE
    assert endpointer.speech_end == 3 * SAMPLE_RATE
