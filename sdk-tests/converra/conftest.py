"""The converra SDK pointed at the tap."""

import pytest

from converra import Converra


@pytest.fixture
def make(server, tap):
    """Makes clients; all of them are shut down in the end."""
    made = []

    def new(**options):
        made.append(Converra(**{"api_key": server.key, "base_url": f"{tap.url}/api/v1", **options}))
        return made[-1]

    yield new
    for client in made:
        client.shutdown()


@pytest.fixture
def sdk(make):
    """A client. `shutdown()` waits until everything it captured was sent."""
    return make()


@pytest.fixture
def agent(api, unique):
    """Creates an agent with a prompt and answers it."""

    def create(prompt, name=None):
        body = {"name": name or unique("agent"), "content": prompt, "llmModel": "gpt-4o"}
        return api.ask("POST", "/api/v1/agents", body)

    return create
