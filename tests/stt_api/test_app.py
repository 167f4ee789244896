"""What is answered over HTTP, before and beside the WebSocket."""

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from stt_testing.local_app import local_app
from stt_testing.native_client import connection


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(url)


async def test_a_running_server_is_alive_ready_and_names_its_model() -> None:
    async with local_app() as app:
        assert (await get(f"{app.url}/health")).status_code == 200
        assert (await get(f"{app.url}/ready")).status_code == 200
        models = (await get(f"{app.url}/v1/models")).json()
    assert [model["id"] for model in models["data"]] == ["fake"]


async def test_a_server_that_shuts_down_is_alive_but_not_ready() -> None:
    async with local_app() as app:
        await app.service.drain(1.0)
        assert (await get(f"{app.url}/health")).status_code == 200
        assert (await get(f"{app.url}/ready")).status_code == 503


async def test_health_turns_red_when_the_engine_is_dead() -> None:
    async with local_app() as app:
        app.engine.alive = False
        assert (await get(f"{app.url}/health")).status_code == 503
        assert (await get(f"{app.url}/ready")).status_code == 503


async def test_a_bad_setting_in_the_url_is_a_400_that_names_it() -> None:
    async with local_app() as app:
        with pytest.raises(InvalidStatus) as refused:
            async with connection(app.url, sample_rate=1):
                pass
    response = refused.value.response
    body = json.loads(response.body)
    assert (response.status_code, body["field"]) == (400, "sample_rate")
    assert "8000 to 48000" in body["message"]


async def test_a_full_server_says_when_to_come_back() -> None:
    async with local_app(max_sessions=1) as app, connection(app.url):
        with pytest.raises(InvalidStatus) as refused:
            async with connection(app.url):
                pass
    response = refused.value.response
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert json.loads(response.body)["code"] == "at_capacity"


async def test_a_place_that_is_left_can_be_taken() -> None:
    async with local_app(max_sessions=1) as app:
        for _ in range(3):
            async with connection(app.url) as socket:
                await socket.send('{"type":"end_of_stream"}')
                await socket.wait_closed()


async def test_load_balancers_may_ask_with_head() -> None:
    async with local_app() as app, httpx.AsyncClient() as client:
        for path in ("health", "ready"):
            whole = await client.get(f"{app.url}/{path}")
            answer = await client.head(f"{app.url}/{path}")
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["Content-Length"] == whole.headers["Content-Length"]


@pytest.mark.parametrize("path", ["docs", "redoc", "openapi.json", "ws/transcribe"])
async def test_a_path_that_nothing_is_served_at_is_a_404_that_names_those_there_are(
    path: str,
) -> None:
    async with local_app() as app:
        answer = await get(f"{app.url}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "/ws/transcribe" in answer.json()["message"]


@pytest.mark.parametrize("path", ["ws", "ws/transcribe/x", "v1/listen", ""])
async def test_a_wrong_path_of_a_websocket_is_a_404(path: str) -> None:
    async with local_app() as app:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{app.url.replace('http', 'ws', 1)}/{path}")
    error = json.loads(refused.value.response.body)
    assert (refused.value.response.status_code, error["code"]) == (404, "not_found")
    assert f"/{path};" in error["message"]


async def test_a_slash_at_the_end_of_the_path_is_the_same_path() -> None:
    async with local_app() as app:
        url = app.url.replace("http", "ws", 1)
        async with connect(f"{url}/ws/transcribe/?language=en") as socket:
            assert "ready" in str(await socket.recv())
