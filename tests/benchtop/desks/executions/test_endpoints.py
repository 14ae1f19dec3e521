"""Models are deployed: configurations of their own, endpoints created or updated."""

from __future__ import annotations

from typing import Any

import pytest

from benchtop.store.records import Search

ROLE = "arn:aws:iam::000000000000:role/benchtop"


def deployment(configuration: str = "c") -> list[dict[str, Any]]:
    """An endpoint configuration and an endpoint."""
    variant = {"VariantName": "v", "ModelName": "m"}
    config = {"EndpointConfigName": configuration, "ProductionVariants": [variant]}
    endpoint = {
        "EndpointName": "e",
        "EndpointConfigName": {"Get": "Steps.Config.EndpointConfigName"},
        "Tags": [],
    }
    return [
        {"Name": "Config", "Type": "EndpointConfig", "Arguments": config},
        {"Name": "Endpoint", "Type": "Endpoint", "Arguments": endpoint},
    ]


@pytest.fixture
def deployed(bench: Any) -> str:
    """A first execution has created the endpoint."""
    bench.create(deployment())
    arn: str = bench.start()
    bench.end("e")
    return arn


def test_a_configuration_gets_a_name_of_its_own(bench: Any, deployed: str) -> None:
    """The endpoint gets the suffixed name by reference, so executions do not collide."""
    made = bench.fake.requests("CreateEndpointConfig")[0]["EndpointConfigName"]

    assert made.startswith("c-")
    assert bench.fake.requests("CreateEndpoint")[0]["EndpointConfigName"] == made
    assert bench.status(deployed) == "Succeeded"


@pytest.mark.usefixtures("deployed")
def test_the_next_execution_updates_the_endpoint(bench: Any) -> None:
    """An endpoint that exists is updated, and the step waits until it serves again."""
    arn = bench.start()
    before = bench.statuses(arn)["Endpoint"]
    bench.end("e")

    update = bench.fake.requests("UpdateEndpoint")[0]
    assert update["EndpointConfigName"] != bench.fake.requests("CreateEndpoint")[0][
        "EndpointConfigName"
    ]  # fmt: skip
    assert before == "Executing"
    assert bench.status(arn) == "Succeeded"


@pytest.mark.usefixtures("deployed")
def test_an_update_that_was_rolled_back_fails_the_step(bench: Any) -> None:
    """Serving the old configuration again is no success."""
    before = bench.records.get("endpoint", "e").body["EndpointConfigName"]
    arn = bench.start()
    bench.end("e", EndpointConfigName=before, FailureReason="Alarm.")

    assert bench.steps(arn)["Endpoint"]["FailureReason"] == "ClientError: Alarm."
    assert bench.status(arn) == "Failed"


@pytest.mark.usefixtures("deployed")
def test_a_crash_after_the_update_does_not_update_again(bench: Any) -> None:
    """The endpoint that is on its way to this configuration is left alone."""
    bench.fake.die_after = "UpdateEndpoint"
    with pytest.raises(KeyboardInterrupt):
        bench.start()
    bench.restart()
    bench.settle()
    bench.end("e")

    assert len(bench.fake.requests("UpdateEndpoint")) == 1


def test_a_crash_after_registering_registers_once(bench: Any) -> None:
    """The registration's token makes the second request the first one."""
    package = {"ModelPackageGroupName": "g", "ModelApprovalStatus": "Approved"}
    bench.create([{"Name": "Register", "Type": "RegisterModel", "Arguments": package}])
    bench.fake.die_after = "CreateModelPackage"
    with pytest.raises(KeyboardInterrupt):
        bench.start()
    bench.restart()
    bench.settle()

    assert bench.records.count("model-package") == 1
    assert bench.records.find("model-package-group", "g")
    arn = bench.records.search(Search(kind="pipeline-execution"))[0].arn
    assert bench.steps(arn)["Register"]["Metadata"]["RegisterModel"]["Arn"].endswith("g/1")
