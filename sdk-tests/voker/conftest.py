"""The voker SDK pointed at the tap."""

import pytest

from voker import VokerClient
from voker.api import ApiClient


@pytest.fixture
def direct(server, tap):
    """The SDK's plain client: one call, one request."""
    return ApiClient(base_url=tap.url, api_key=server.key)


@pytest.fixture
def background(server, tap):
    """The SDK's client with a worker thread. `close()` waits until everything was sent."""
    client = VokerClient(base_url=tap.url, api_key=server.key)
    yield client
    client.close()
