"""AWS as the commands need it: each fake answers as the service does, from what it was told."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from pipelines.environments import LOCAL

ARN = "arn:aws:sagemaker:us-east-1:000000000000:"
EXECUTION = f"{ARN}pipeline/flights/execution/abc"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DEFINITION = {
    "Steps": [{"Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "flights"}}]
}
REPORT = {
    "flights": 100,
    "winner": {"name": "t1", "auc": 0.9, "logloss": 0.3, "p50_ms": 1.0},
    "candidates": [{"name": "t1", "auc": 0.9, "logloss": 0.3, "p50_ms": 1.0}],
    "baseline": {"name": "departure delay alone", "auc": 0.8},
}


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


class Bucket:
    """S3 with one bucket, which is there or not."""

    def __init__(self) -> None:
        self.exists = True
        self.objects: dict[str, bytes] = {}

    def head_bucket(self, **_: str) -> None:
        if not self.exists:
            raise refused("404", "Not Found")

    def create_bucket(self, **_: object) -> None:
        self.exists = True

    def head_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        if f"{Bucket}/{Key}" not in self.objects:
            raise refused("404", "Not Found")

    def list_objects_v2(self, *, Prefix: str, **_: object) -> dict[str, Any]:  # noqa: N803
        found = [key for key in self.objects if key.partition("/")[2].startswith(Prefix)]
        return {"Contents": found} if found else {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        self.objects[f"{Bucket}/{Key}"] = Body

    def get_object(self, **_: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(json.dumps(REPORT).encode())}


class SageMaker:
    """SageMaker with one pipeline, whose execution goes one look further at each look."""

    def __init__(self) -> None:
        self.pipelines: dict[str, str] = {}
        self.started: list[dict[str, str]] = []
        self.looks, self.lasts = 0, 2
        self.ending = "Succeeded"
        self.stopped = False
        self.interrupt: Callable[[int], bool] = lambda _: False

    def create_model_package_group(self, **_: str) -> dict[str, str]:
        raise refused("ValidationException", "Model Package Group already exists: flights")

    def create_pipeline(self, *, PipelineName: str, **given: str) -> dict[str, str]:  # noqa: N803
        if PipelineName in self.pipelines:
            raise refused("ValidationException", f"Pipeline {PipelineName} already exists.")
        return self.update_pipeline(PipelineName=PipelineName, **given)

    def update_pipeline(self, *, PipelineName: str, **given: str) -> dict[str, str]:  # noqa: N803
        self.pipelines[PipelineName] = given["PipelineDefinition"]
        return {"PipelineArn": f"{ARN}pipeline/{PipelineName}"}

    def start_pipeline_execution(self, **given: Any) -> dict[str, str]:
        self.started.append({each["Name"]: each["Value"] for each in given["PipelineParameters"]})
        return {"PipelineExecutionArn": EXECUTION}

    def stop_pipeline_execution(self, **_: str) -> None:
        self.stopped, self.ending = True, "Stopped"

    def list_pipeline_executions(self, **_: object) -> dict[str, Any]:
        found = [{"PipelineExecutionArn": EXECUTION, "StartTime": BEGAN}] * bool(self.started)
        return {"PipelineExecutionSummaries": found}

    def describe_pipeline_execution(self, **_: str) -> dict[str, str]:
        self.looks += 1
        if self.interrupt(self.looks):
            raise KeyboardInterrupt
        status = self.ending if self.looks > self.lasts or self.stopped else "Executing"
        reason = {"FailureReason": "AUC is below"} if status == "Failed" else {}
        return {"PipelineExecutionStatus": status, **reason}

    def list_pipeline_execution_steps(self, **asked: str) -> dict[str, Any]:
        second = [
            self.step("Judge", ProcessingJob=f"{ARN}processing-job/judge"),
            self.step("Register", RegisterModel=f"{ARN}model-package/flights/7"),
            self.step("Endpoint", Endpoint=f"{ARN}endpoint/flights"),
        ]
        if "NextToken" in asked:
            return {"PipelineExecutionSteps": second}
        first = [self.step("Tune", TuningJob=f"{ARN}hyper-parameter-tuning-job/tune")]
        return {"PipelineExecutionSteps": first, "NextToken": "more"}

    def step(self, name: str, **arns: str) -> dict[str, Any]:
        ended = {"StepStatus": "Succeeded", "EndTime": BEGAN + timedelta(seconds=5)}
        return {
            "StepName": name,
            "StartTime": BEGAN,
            **(ended if self.looks > 1 else {"StepStatus": "Executing"}),
            "Metadata": {kind: {"Arn": arn} for kind, arn in arns.items()},
        }

    def list_training_jobs_for_hyper_parameter_tuning_job(self, **_: object) -> dict[str, Any]:
        values = [0.8, 0.9, None][: self.looks]
        return {
            "TrainingJobSummaries": [
                {
                    "TrainingJobName": f"t{place}",
                    "TrainingJobStatus": "Failed" if value is None else "Completed",
                    "TunedHyperParameters": {"eta": "0.12345"},
                    "FinalHyperParameterTuningJobObjectiveMetric": {"Value": value},
                }
                for place, value in enumerate(values)
            ]
        }

    def describe_processing_job(self, **_: str) -> dict[str, Any]:
        output = {"OutputName": "evaluation", "S3Output": {"S3Uri": "s3://bucket/evaluation"}}
        return {"ProcessingOutputConfig": {"Outputs": [output]}}

    def describe_model_package(self, **_: str) -> dict[str, Any]:
        return {
            "ModelPackageGroupName": "flights",
            "ModelPackageVersion": 7,
            "ModelApprovalStatus": "Approved",
        }


class Runtime:
    """An endpoint that thinks every flight is late."""

    def invoke_endpoint(self, *, Body: str, **_: str) -> dict[str, Any]:  # noqa: N803
        asked = json.loads(Body)["instances"]
        answer = {"predictions": [{"probability": 0.75, "late": True} for _ in asked]}
        return {"Body": io.BytesIO(json.dumps(answer).encode())}


class Identity:
    """STS, for one account."""

    account = LOCAL.account

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": self.account}


class Cloud:
    """All of AWS that the commands need."""

    def __init__(self) -> None:
        self.s3, self.sagemaker, self.runtime, self.sts = (
            Bucket(),
            SageMaker(),
            Runtime(),
            Identity(),
        )

    def client(self, service: str, **_: object) -> Any:
        return getattr(self, "runtime" if service == "sagemaker-runtime" else service)
