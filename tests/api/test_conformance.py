"""The service keeps to its own description, whatever one sends: schemathesis tries, over a real connection."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from intake.store.records import Role
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.api.conftest import ROOMY, key_of, served

#: No failure, and every answer as it is described.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_answer_is_undocumented_or_a_failure(tmp_path: Path, mode: GenerationMode) -> None:
    """A program written against the description must never meet an answer it does not know."""
    store = Store.open(StoreSettings(data=tmp_path))
    headers = {"Authorization": f"Bearer {key_of(store, Role.SUPERVISOR)}"}
    with served(store, ROOMY) as address:
        schema = schemathesis.openapi.from_url(f"{address}/v1/openapi.json", headers=headers)
        for found in schema.get_all_operations():
            operation = found.ok()
            if mode is GenerationMode.NEGATIVE and not (operation.body or [*operation.iter_parameters()]):
                continue  # nothing can be sent that is not as described

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
            def tried(case: schemathesis.Case) -> None:
                case.call_and_validate(headers=headers, checks=CHECKS)

            tried()
    store.close()
