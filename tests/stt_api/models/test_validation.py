import pytest
from pydantic import TypeAdapter, ValidationError

from stt_api.models.validation import first_fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"words": [1, null, "many"]}', "words.1: Input should be a valid integer"),
        ("[]", "Input should be an object"),
    ],
)
def test_the_first_fault_is_told_behind_where_it_is(content: str, fault: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(dict[str, list[int]]).validate_json(content)
    assert first_fault(refused.value) == fault
