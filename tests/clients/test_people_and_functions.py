"""A pipeline asks a function and a person, over the wire, and goes on with their answers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.clients.up import Benchtop, wait_for

pytestmark = pytest.mark.clients

ROLE = "arn:aws:iam::000000000000:role/benchtop"
SOURCE = "def answer(event, context):\n    return {'doubled': event['number'] * 2}\n"


def definition(function: str, queue: str) -> str:
    doubled = {"Get": "Steps.Double.OutputParameters['doubled']"}
    said = {"Get": "Steps.Ask.OutputParameters['verdict']"}
    return json.dumps({
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Number", "Type": "Integer", "DefaultValue": 21}],
        "Steps": [
            {"Name": "Double", "Type": "Lambda", "FunctionArn": function,
             "Arguments": {"number": {"Get": "Parameters.Number"}},
             "OutputParameters": [{"OutputName": "doubled", "OutputType": "Integer"}]},
            {"Name": "Ask", "Type": "Callback", "SqsQueueUrl": queue,
             "Arguments": {"doubled": doubled},
             "OutputParameters": [{"OutputName": "verdict", "OutputType": "String"}]},
            {"Name": "Judge", "Type": "Condition", "Arguments": {
                "Conditions": [{"Type": "Equals", "LeftValue": said, "RightValue": "good"}],
                "IfSteps": [],
                "ElseSteps": [{"Name": "Refused", "Type": "Fail",
                               "Arguments": {"ErrorMessage": said}}]}},
        ],
    })  # fmt: skip


@pytest.fixture
def function(benchtop: Benchtop) -> str:
    """A Lambda function that doubles a number."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", SOURCE)
    made = benchtop.client("lambda").create_function(
        FunctionName="double", Runtime="python3.11", Role=ROLE, Handler="index.answer",
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    return str(made["FunctionArn"])


def asked(benchtop: Benchtop, queue: str) -> Any:
    """What the person reads in the queue."""
    sqs = benchtop.client("sqs")
    received = wait_for(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    return json.loads(received[0]["Body"])


def ended(sagemaker: Any, arn: str) -> Any:
    """The execution once it is over."""

    def over() -> Any:
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return found if found["PipelineExecutionStatus"] != "Executing" else None

    return wait_for(over)


@pytest.mark.parametrize(("verdict", "status"), [("good", "Succeeded"), ("too large", "Failed")])
def test_answers_decide(benchtop: Benchtop, function: str, verdict: str, status: str) -> None:
    """What the function returned reaches the person, whose answer decides how it ends."""
    sagemaker = benchtop.client("sagemaker")
    queue = benchtop.client("sqs").create_queue(QueueName="people")["QueueUrl"]
    sagemaker.create_pipeline(
        PipelineName="ask", RoleArn=ROLE, PipelineDefinition=definition(function, queue)
    )
    arn = sagemaker.start_pipeline_execution(PipelineName="ask")["PipelineExecutionArn"]

    message = asked(benchtop, queue)
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=message["token"], OutputParameters=[{"Name": "verdict", "Value": verdict}]
    )

    assert message["arguments"] == {"doubled": 42}
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == status
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    reasons = [each.get("FailureReason") for each in steps["PipelineExecutionSteps"]]
    assert (verdict in reasons) == (status == "Failed")
