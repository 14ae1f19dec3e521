from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.quotas.account import Account
from tests.benchtop.desks.quotas.conftest import CATALOGUE

ONE = {"ml.m5.large for endpoint usage": 1}


def refusal(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError, match="ResourceLimitExceeded") as no:
        call(**request)
    return str(no.value)


def test_endpoints_have_quotas(house: Any) -> None:
    """§10.3, §11: an endpoint with one instance too many is refused, and leaves no trace."""
    house.endpoints.allow = Account(house.records, CATALOGUE, ONE).endpoint
    house.model("double")
    house.endpoint("double")

    said = refusal(house.client.create_endpoint, EndpointName="second", EndpointConfigName="double")

    assert "'ml.m5.large for endpoint usage' is 1 Instances, with current utilization of 1" in said
    assert house.records.find("endpoint", "second") is None


def test_growing_needs_quota_for_what_is_new(house: Any) -> None:
    """§11: more instances are asked for by how many more; fewer are never refused."""
    house.endpoints.allow = Account(house.records, CATALOGUE, ONE).endpoint
    house.model("double")
    house.endpoint("double")
    scale = house.client.update_endpoint_weights_and_capacities

    wanted = {"VariantName": "double", "DesiredInstanceCount": 3}
    said = refusal(scale, EndpointName="endpoint", DesiredWeightsAndCapacities=[wanted])

    assert "current utilization of 1 Instances and a request delta of 2 Instances" in said
    scale(
        EndpointName="endpoint",
        DesiredWeightsAndCapacities=[{**wanted, "DesiredInstanceCount": 1}],
    )
    assert house.settled()["EndpointStatus"] == "InService"
