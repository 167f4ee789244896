import json

from stt_api.errors import AtCapacity, NotFound
from stt_api.refusal import raw_refusal, refusal


def test_a_full_server_says_over_http_when_to_come_back() -> None:
    response = refusal(AtCapacity("all 3 sessions are taken"))
    body = json.loads(bytes(response.body))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert (body["code"], body["retryable"], body["retry_after"]) == ("at_capacity", True, 5)


def test_a_protocol_may_word_its_refusals_itself() -> None:
    response = refusal(NotFound("no such path"), '{"err_code": "NOT_FOUND"}')
    assert (response.status_code, bytes(response.body)) == (404, b'{"err_code": "NOT_FOUND"}')
    assert response.headers["content-type"] == "application/json"


def test_a_refusal_that_no_application_answers_is_a_whole_http_response() -> None:
    head, _, body = raw_refusal(NotFound("no such path")).partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert line == b"HTTP/1.1 404 Not Found"
    assert f"content-length: {len(body)}".encode() in fields and b"connection: close" in fields
    assert json.loads(body)["message"] == "no such path"
