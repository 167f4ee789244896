from stt_api.decoding.scheduler import Scheduler

Request = tuple[str, bool, int]  # name (in capitals: ahead of real time), final, key


def scheduler(*requests: Request, most: int = 8) -> Scheduler[Request]:
    waiting: Scheduler[Request] = Scheduler(
        most=lambda request: most,
        rank=lambda request: 0 if request[1] else 1,
        is_ahead=lambda request: request[0].isupper(),
        batch_key=lambda request: request[2],
    )
    for request in requests:
        waiting.add(request)
    return waiting


def test_nothing_waits_at_first() -> None:
    assert scheduler().next_batch() == []


def test_all_that_waits_and_fits_together_is_one_batch() -> None:
    requests = [(name, False, 0) for name in "abc"]
    assert scheduler(*requests).next_batch() == requests


def test_finals_go_first_and_then_the_oldest() -> None:
    waiting = scheduler(("a", False, 0), ("b", True, 0), ("c", False, 0), most=2)
    assert waiting.next_batch() == [("b", True, 0), ("a", False, 0)]
    assert waiting.next_batch() == [("c", False, 0)]
    assert waiting.next_batch() == []


def test_a_batch_has_one_key() -> None:
    waiting = scheduler(("a", False, 0), ("b", False, 1), ("c", False, 0))
    assert waiting.next_batch() == [("a", False, 0), ("c", False, 0)]
    assert waiting.next_batch() == [("b", False, 1)]


def is_final(request: Request) -> bool:
    return request[1]


def test_a_worker_may_be_kept_for_finals_and_what_rides_along() -> None:
    waiting = scheduler(("a", False, 0))
    assert waiting.next_batch(is_final) == []
    waiting.add(("b", True, 0))
    assert waiting.next_batch(is_final) == [("b", True, 0), ("a", False, 0)]


def test_a_final_of_another_kind_is_not_held_up_by_interims() -> None:
    waiting = scheduler(("a", False, 0), ("b", False, 0), ("c", True, 1))
    assert waiting.next_batch() == [("c", True, 1)]


def test_whoever_is_ahead_of_real_time_takes_what_is_left() -> None:
    waiting = scheduler(("A", True, 0), ("B", False, 0), ("c", False, 0), ("d", True, 0), most=1)
    order = [waiting.next_batch()[0][0] for _ in range(4)]
    assert order == ["d", "c", "A", "B"]


def test_requests_ahead_of_real_time_make_no_batch_of_others_longer() -> None:
    waiting = scheduler(("A", True, 0), ("b", False, 0), ("C", False, 0), ("d", True, 0))
    assert waiting.next_batch() == [("d", True, 0), ("b", False, 0)]
    assert waiting.next_batch() == [("A", True, 0), ("C", False, 0)]


def test_the_worker_kept_for_finals_finds_one_behind_interims() -> None:
    waiting = scheduler(("a", False, 0), ("B", True, 0), most=1)
    assert waiting.next_batch(is_final) == [("B", True, 0)]


def test_a_batch_is_filled_up_by_those_that_may_join() -> None:
    waiting = scheduler(("a", False, 0), ("b", True, 0), ("c", False, 0))
    assert waiting.next_batch(may_join=lambda request: request[0] != "a") == [
        ("b", True, 0),
        ("c", False, 0),
    ]
