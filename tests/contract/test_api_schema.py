"""Our own description of the service, held to it by machine-made requests: no 500, nothing undescribed."""

from __future__ import annotations

import warnings

import api_made
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode
from test_api_routes import ROUTES

load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error", "content_type_conformance", "response_schema_conformance", "status_code_conformance",
    )
]  # fmt: skip
LEFT_OUT = ("/events", "/session", "/auth/", "/verify", "/look", "/nearby", "/coverage")
"""Streams, what would sign the asker out, and what is slow; they have tests of their own."""
ASKED = [route for route in ROUTES if not any(part in route[1] for part in LEFT_OUT)]
_QUIET = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    made = api_made.world(tmp_path_factory.mktemp("schema"))
    made.client("administrator")
    made.keep()
    yield made
    api_made.close(made)


@pytest.fixture(scope="module")
def schema(here):
    return schemathesis.openapi.from_asgi("/openapi.json", here.app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "unsound"])
@pytest.mark.parametrize(("method", "path"), ASKED, ids=lambda v: v.replace("/api/v1/", ""))
@pytest.mark.filterwarnings("ignore")
def test_no_request_breaks_the_server(here, schema, method, path, mode):
    admin = here.client("administrator")
    headers = {"X-CSRF-Token": admin.headers["X-CSRF-Token"]}
    made = schema[path][method].as_strategy(generation_mode=mode)

    @given(case=made)
    @_QUIET
    def ask(case):
        answer = case.call(headers=headers, cookies=dict(admin.cookies))
        case.validate_response(answer, checks=CHECKED)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask()
    except Unsatisfiable:
        pass  # a route without inputs cannot be asked unsoundly
    finally:
        if method != "GET":
            here.reset()
