"""The API against its own description: what fits it, or nearly, is answered as described and never with a 500."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error, response_schema_conformance, status_code_conformance
from schemathesis.core.result import Ok

from followup.web.app import create_app
from tests.web.conftest import API_TOKEN, Web, served

pytestmark = pytest.mark.slow

EXAMPLES = 40


def test_no_request_breaks_the_api(standing: Web) -> None:
    """Every operation, with bodies and parameters that fit their description and with some that do not."""
    described = standing.browser().get("/api/openapi.json").json()
    operations = [found.ok() for found in openapi.from_dict(described).get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == sum(len(methods) for methods in described["paths"].values()) > 0
    with served(create_app(standing.deps)) as address:
        seen = [_tried(operation, f"{address}/api") for operation in operations]
    assert all(codes for codes in seen)
    assert not [code for codes in seen for code in codes if code >= 500]
    assert 422 in set().union(*seen)


def _tried(operation: APIOperation[Any, Any, Any, Any], base_url: str) -> set[int]:
    """The status codes of many requests to one operation, each answered as described."""
    seen: set[int] = set()
    fitting = operation.as_strategy(GenerationMode.POSITIVE)
    unfit = operation.as_strategy(GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(fitting, unfit))
    def answered_as_described(case: Case) -> None:
        answer = case.call_and_validate(
            base_url=base_url,
            headers={"authorization": f"Bearer {API_TOKEN}"},
            checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
        )
        assert "Traceback" not in answer.text
        assert ".py" not in answer.text
        seen.add(answer.status_code)

    answered_as_described()
    return seen
