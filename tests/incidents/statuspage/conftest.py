"""A program that writes by Statuspage's management API, and a component that it declared."""

import pytest

PAGE = "/v1/pages/abcdefghijkl"


@pytest.fixture
def ask(client, token):
    keys = {scope: token(scope) for scope in ("read", "write", "ingest")}

    def asked(method, path, body=None, *, scope="write", scheme="OAuth", **more):
        headers = {"Authorization": f"{scheme} {keys.get(scope, scope)}"}
        return getattr(client, method)(
            f"{PAGE}{path}", data=body, content_type="application/json", headers=headers, **more
        )

    return asked


@pytest.fixture
def shop(ask):
    return ask("post", "/components", {"component": {"name": "The shop"}}).json()["id"]
