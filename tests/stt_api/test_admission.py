from stt_api.admission import Admission


def full(total: int = 3, per_address: int = 0) -> Admission[str]:
    """``total`` idle connections of one address: "0", the oldest, "1" and so on."""
    admission = Admission[str](total, per_address)
    assert [admission.admit(str(number), "far") for number in range(total)] == [None] * total
    return admission


def test_the_longest_idle_connection_is_closed_for_a_new_one() -> None:
    admission = full()
    assert [admission.admit("new", "near"), admission.admit("newer", "near")] == ["0", "1"]
    assert len(admission) == 3


def test_a_connection_that_is_served_is_not_closed_for_a_new_one() -> None:
    admission = full()
    admission.busy("0")
    assert admission.admit("new", "near") == "1"


def test_a_connection_is_idle_again_from_its_answer_on() -> None:
    admission = full()
    admission.busy("0")
    admission.idle("0")
    assert [admission.admit(new, "near") for new in ("a", "b", "c")] == ["1", "2", "0"]


def test_a_new_connection_is_closed_itself_where_all_are_served() -> None:
    admission = full()
    for number in range(3):
        admission.busy(str(number))
    assert admission.admit("new", "near") == "new"
    admission.remove("new")
    assert len(admission) == 3


def test_a_connection_that_is_gone_leaves_its_place() -> None:
    admission = full()
    admission.busy("0")
    admission.remove("0")
    admission.idle("0")
    assert admission.admit("new", "near") is None


def test_an_address_has_a_bound_of_its_own() -> None:
    admission = Admission[str](total=10, per_address=2)
    for name in ("first", "second"):
        admission.admit(name, "far")
    assert admission.admit("other", "near") is None
    assert admission.admit("third", "far") == "first"
    admission.busy("second")
    admission.busy("third")
    assert admission.admit("fourth", "far") == "fourth"
    admission.remove("second")
    assert admission.admit("fifth", "far") is None
