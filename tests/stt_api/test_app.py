"""What is answered over HTTP, before and beside the WebSocket."""

import json

import httpx
import pytest
from local_app import local_app
from websockets.exceptions import InvalidStatus

from native_client import connection


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
        app.service.engine.alive = False
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
