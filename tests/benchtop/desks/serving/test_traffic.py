"""What endpoints promise of traffic: weights, counts, and how it moves in an update."""

from __future__ import annotations

from typing import Any

import pytest

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
BROKEN = 'def model_fn(model_dir):\n    raise OSError("no such weights")\n'


ANSWER = """
def model_fn(model_dir):
    return FACTOR
def transform_fn(model, body, content_type, accept):
    return str(float(body) * model)
"""


def answer(factor: int) -> str:
    return ANSWER.replace("FACTOR", str(factor))


def test_variants_share_traffic_by_weight(house: Any) -> None:
    """Weights 3 and 1 give three requests of four to the first; TargetVariant overrides."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint(house.config("both", {"two": 3.0, "three": 1.0}))

    invoked = [house.ask("1")["InvokedProductionVariant"] for _ in range(8)]

    assert (invoked.count("two"), invoked.count("three")) == (6, 2)
    assert house.ask("10", target_variant="three")["Body"] == b"30.0"


def test_weights_and_counts_change_in_place(house: Any) -> None:
    """UpdateEndpointWeightsAndCapacities really starts an instance, and moves the traffic."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint(house.config("both", {"two": 1.0, "three": 0.0}))

    house.client.update_endpoint_weights_and_capacities(
        EndpointName="endpoint",
        DesiredWeightsAndCapacities=[
            {"VariantName": "two", "DesiredWeight": 0},
            {"VariantName": "three", "DesiredWeight": 1, "DesiredInstanceCount": 2},
        ],
    )
    two, three = house.settled()["ProductionVariants"]

    assert (two["CurrentWeight"], three["CurrentWeight"]) == (0.0, 1.0)
    assert three["CurrentInstanceCount"] == 2
    assert len(list(house.serving.live("endpoint")[0].instances())) == 3
    assert house.ask("1")["InvokedProductionVariant"] == "three"


def test_retained_properties_survive_an_update(house: Any) -> None:
    """RetainAllVariantProperties keeps the weights of variants that keep their name."""
    house.model("two", answer(2))
    house.endpoint(house.config("light", {"two": 0.25}))
    house.config("heavy", {"two": 1.0})

    house.client.update_endpoint(
        EndpointName="endpoint", EndpointConfigName="heavy", RetainAllVariantProperties=True
    )

    assert house.settled()["ProductionVariants"][0]["CurrentWeight"] == 0.25


@pytest.mark.parametrize("routing", [
    {"Type": "CANARY", "WaitIntervalInSeconds": 0,
     "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10}},
    {"Type": "LINEAR", "WaitIntervalInSeconds": 0,
     "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 40}},
])  # fmt: skip
def test_traffic_moves_in_steps(house: Any, routing: dict[str, Any]) -> None:
    """Canary and linear rollouts end with all traffic on the new configuration."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint("two")
    config = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}

    house.client.update_endpoint(
        EndpointName="endpoint", EndpointConfigName="three", DeploymentConfig=config
    )
    described = house.settled()

    assert described["EndpointConfigName"] == "three"
    assert described["LastDeploymentConfig"] == config
    assert len(house.serving.live("endpoint")) == 1


def test_a_ringing_alarm_rolls_back(house: Any) -> None:
    """An alarm in state ALARM while the traffic moves brings the old configuration back."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint("two")
    house.endpoints.alarms = house.endpoints.changes.alarmed = lambda names: names

    house.client.update_endpoint(
        EndpointName="endpoint", EndpointConfigName="three",
        DeploymentConfig={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}},
    )  # fmt: skip
    described = house.settled()

    assert described["EndpointConfigName"] == "two"
    assert "errors in ALARM" in described["FailureReason"]
    assert house.ask("10")["Body"] == b"20.0"
