"""What endpoints promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


def test_an_endpoint_is_in_service_once_its_model_answers(house: Any) -> None:
    """A new endpoint is Creating, then InService, and then it answers."""
    house.model("double")
    created = house.client.create_endpoint(EndpointName="endpoint", EndpointConfigName="double")

    described = house.settled()

    assert created["EndpointArn"] == described["EndpointArn"] == f"{ARN}:endpoint/endpoint"
    assert described["EndpointStatus"] == "InService"
    assert house.ask("21")["Body"] == b"42.0"


def test_describe_tells_variants_and_images(house: Any) -> None:
    """DescribeEndpoint has weights, counts and images of what serves."""
    house.model("double")

    (variant,) = house.endpoint("double")["ProductionVariants"]

    assert variant["CurrentWeight"] == variant["DesiredWeight"] == 1.0
    assert variant["CurrentInstanceCount"] == 1
    assert variant["DeployedImages"][0]["SpecifiedImage"].endswith("anything:1")


def test_a_model_that_does_not_load_fails_with_its_own_words(house: Any) -> None:
    """FailureReason names the health check and the last lines; the log has the traceback."""
    house.model("broken", BROKEN)

    described = house.endpoint("broken")

    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "OSError: no such weights" in described["FailureReason"]
    assert "no such weights" in house.logs.text()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ModelDataUrl": "s3://bucket/none.tar.gz"}, "Failed to download model data"),
        ({"ModelDataUrl": "s3://nowhere/none.tar.gz"}, "Failed to download model data"),
        ({"Environment": {"SAGEMAKER_PROGRAM": "gone.py"}}, "SAGEMAKER_PROGRAM is gone.py"),
        ({"Environment": {"SAGEMAKER_MODEL_SERVER_WORKERS": "; rm"}}, "must be a whole number"),
        ({"Image": "unknown:1"}, "No environment stands in for unknown:1"),
        ({"Image": "sagemaker-xgboost:1", "ModelDataUrl": "s3://bucket/bare.tar.gz"},
         "The XGBoost image without a script is not honoured"),
    ],
)  # fmt: skip
def test_what_cannot_serve_says_why(house: Any, change: dict[str, Any], reason: str) -> None:
    """A missing object, script or environment is the FailureReason."""
    house.model("double")
    house.upload("bare.tar.gz", {"xgboost-model": "trees"})
    container = {"Image": "any:1", "ModelDataUrl": "s3://bucket/double.tar.gz", **change}
    house.client.create_model(ModelName="bad", PrimaryContainer=container)
    house.config("bad", {"bad": 1.0})

    described = house.endpoint("bad")

    assert described["EndpointStatus"] == "Failed"
    assert reason in described["FailureReason"]


def test_errors_have_the_wording_of_the_service(house: Any) -> None:
    """Missing and existing endpoints are refused as AWS refuses them."""
    house.model("double")
    house.endpoint("double")
    calls: list[tuple[Callable[..., Any], dict[str, str], str]] = [
        (house.client.describe_endpoint, {"EndpointName": "no"},
         f'Could not find endpoint "{ARN}:endpoint/no".'),
        (house.client.delete_endpoint, {"EndpointName": "no"},
         f'Could not find endpoint "{ARN}:endpoint/no".'),
        (house.client.create_endpoint, {"EndpointName": "endpoint", "EndpointConfigName": "double"},
         f'Cannot create already existing endpoint "{ARN}:endpoint/endpoint".'),
        (house.client.create_endpoint, {"EndpointName": "other", "EndpointConfigName": "no"},
         f'Could not find endpoint configuration "{ARN}:endpoint-config/no".'),
    ]  # fmt: skip
    for call, request, message in calls:
        with pytest.raises(ClientError) as caught:
            call(**request)

        assert caught.value.response["Error"] == {"Code": "ValidationException", "Message": message}


def test_an_endpoint_under_way_cannot_be_deleted(house: Any) -> None:
    """Creating ends in InService or Failed before Delete or Update is taken."""
    house.model("slow", "import time\ndef model_fn(d): time.sleep(0.3)\n")
    house.client.create_endpoint(EndpointName="endpoint", EndpointConfigName="slow")

    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        house.client.delete_endpoint(EndpointName="endpoint")
    house.settled()


def test_a_deleted_endpoint_is_gone_with_its_processes(house: Any) -> None:
    """Delete ends the processes, and the name is free again."""
    house.model("double")
    house.endpoint("double")

    house.client.delete_endpoint(EndpointName="endpoint")
    house.gone()

    assert not house.serving.live("endpoint")
    assert not list(house.serving.folder.glob("*"))
    assert house.endpoint("double")["EndpointStatus"] == "InService"


def test_an_update_serves_the_new_configuration(house: Any) -> None:
    """UpdateEndpoint replaces what answers, and describes it."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint("two")

    house.client.update_endpoint(EndpointName="endpoint", EndpointConfigName="three")
    described = house.settled()

    assert described["EndpointConfigName"] == "three"
    assert house.ask("10")["Body"] == b"30.0"


def test_an_update_loses_no_request(house: Any) -> None:
    """Every request during an update is answered, by the old model or by the new one."""
    house.model("two", answer(2))
    house.model("three", answer(3))
    house.endpoint("two")

    house.client.update_endpoint(EndpointName="endpoint", EndpointConfigName="three")
    answers = [house.ask("1")["Body"]]
    while answers[-1] == b"2.0":
        answers.append(house.ask("1")["Body"])

    assert answers == [b"2.0"] * (len(answers) - 1) + [b"3.0"]
    assert house.settled()["EndpointConfigName"] == "three"


def test_a_rolling_update_is_refused_by_name(house: Any) -> None:
    """What a rollout does not honour is refused before anything is started."""
    house.endpoint(house.model("two", answer(2)))
    size = {"Type": "INSTANCE_COUNT", "Value": 1}
    rolling = {"RollingUpdatePolicy": {"MaximumBatchSize": size, "WaitIntervalInSeconds": 0}}
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}

    for config, name in ((rolling, "RollingUpdatePolicy"), (alarms, "Alarms")):
        with pytest.raises(ClientError, match=f"{name} is not honoured"):
            house.client.update_endpoint(
                EndpointName="endpoint", EndpointConfigName="two", DeploymentConfig=config
            )


def test_a_failing_update_leaves_the_old_model_serving(house: Any) -> None:
    """An update to a broken model ends InService, on the old configuration, with a reason."""
    house.model("two", answer(2))
    house.model("broken", BROKEN)
    house.endpoint("two")

    house.client.update_endpoint(EndpointName="endpoint", EndpointConfigName="broken")
    described = house.settled()

    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "two"
    assert "no such weights" in described["FailureReason"]
    assert house.ask("10")["Body"] == b"20.0"


def test_a_restart_serves_again(house: Any, build: Callable[[], Any]) -> None:
    """What was InService before benchtop ended is answered after it started again."""
    house.model("double")
    house.endpoint("double")
    house.serving.close()

    again = build()
    again.endpoints.resume()

    assert again.ask("4")["Body"] == b"8.0"


def test_a_restart_finishes_what_was_creating(house: Any, build: Callable[[], Any]) -> None:
    """An endpoint that was Creating when benchtop ended becomes InService afterwards."""
    house.model("double")
    house.endpoint("double")
    serving = house.records.get("endpoint", "endpoint").body["_Serving"]
    wanted = {"config": "double", "variants": serving}
    house.serving.close()
    house.records.change(
        "endpoint", "endpoint", lambda r: r.evolve(status="Creating", _Wanted=wanted)
    )

    again = build()
    again.endpoints.resume()

    assert again.settled()["EndpointStatus"] == "InService"


def test_endpoints_are_listed_by_status(house: Any) -> None:
    """ListEndpoints filters by status and name."""
    house.model("double")
    house.model("broken", BROKEN)
    house.endpoint("double", "good")
    house.endpoint("broken", "bad")

    found = house.client.list_endpoints(StatusEquals="Failed")["Endpoints"]

    assert [each["EndpointName"] for each in found] == ["bad"]


def test_a_serverless_variant_serves(house: Any) -> None:
    """ServerlessConfig is taken instead of instances."""
    house.model("double")
    house.client.create_endpoint_config(
        EndpointConfigName="serverless",
        ProductionVariants=[{"VariantName": "v", "ModelName": "double", "ServerlessConfig": {
            "MemorySizeInMB": 2048, "MaxConcurrency": 5}}],
    )  # fmt: skip

    described = house.endpoint("serverless")

    assert described["ProductionVariants"][0]["CurrentServerlessConfig"]["MaxConcurrency"] == 5
    assert house.ask("1")["Body"] == b"2.0"
