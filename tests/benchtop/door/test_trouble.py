from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.door.json11 import Door
from benchtop.door.refusals import Refusal
from benchtop.door.trouble import Trouble
from benchtop.wire import Json
from tests.benchtop.door.conftest import model


class Models:
    def create_model(self, model_name: str) -> Json:
        return {"ModelArn": f"arn:aws:sagemaker:us-east-1:000000000000:model/{model_name}"}

    def describe_model(self, model_name: str) -> Json:
        return {"ModelName": model_name}

    def create_endpoint(self, endpoint_name: str, endpoint_config_name: str) -> Json:
        return {"EndpointArn": f"arn:{endpoint_name}:{endpoint_config_name}"}


@pytest.fixture
def troubled(connect: Any) -> Any:
    """Makes clients of a SageMaker in trouble; each has forgotten what was asked before."""
    return lambda **rates: connect(Door(model("sagemaker"), [Models()], Trouble(rates)))


def codes(count: int = 40, **rates: float) -> list[str]:
    """What comes of creating so many models, asking once for each."""
    door, found = Door(model("sagemaker"), [Models()], Trouble(rates)), []
    for at in range(count):
        try:
            door.ask("CreateModel", {"ModelName": f"model-{at}"})
            found.append("")
        except Refusal as no:
            found.append(f"{no.code}: {no.message}")
    return found


def test_a_share_of_creations_is_throttled() -> None:
    """§1.2: ThrottlingException, Rate exceeded; the same ones in every run."""
    half = codes(throttling=0.5)

    assert codes(throttling=0.0) == [""] * 40
    assert codes(throttling=1.0) == ["ThrottlingException: Rate exceeded"] * 40
    assert 10 < half.count("") < 30
    assert codes(throttling=0.5) == half


def test_a_throttled_request_may_be_tried_again(troubled: Any) -> None:
    """§1.2: a client that retries gets through, since each try has a chance of its own."""
    client = troubled(throttling=0.4)
    tried = []
    client.meta.events.register("before-send.sagemaker", lambda **_: tried.append(1))

    for at in range(6):
        client.create_model(ModelName=f"model-{at}")

    assert len(tried) >= 6


def test_reading_is_never_throttled(troubled: Any) -> None:
    """Only Create calls are refused."""
    client = troubled(throttling=1.0, limit=1.0)

    assert client.describe_model(ModelName="one")["ModelName"] == "one"


def test_launches_can_hit_a_limit(troubled: Any) -> None:
    """§11: what takes instances is refused with ResourceLimitExceeded, and nothing else is."""
    client = troubled(limit=1.0)

    client.create_model(ModelName="one")
    with pytest.raises(ClientError) as no:
        client.create_endpoint(EndpointName="one", EndpointConfigName="one")

    error = no.value.response["Error"]
    assert error["Code"] == "ResourceLimitExceeded"
    assert error["Message"].startswith("The account-level service limit 'Number of instances")


def test_every_fault_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Benchtop's log says which refusals were asked for."""
    codes(1, throttling=1.0)

    assert caplog.messages == ["Fault on request: CreateModel model-0: ThrottlingException."]
