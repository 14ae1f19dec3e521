from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

GROUP = "/aws/sagemaker/ProcessingJobs"
THREE = {"InstanceCount": 3, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


def _input(name: str, uri: str, folder: str) -> Any:
    source = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{folder}", "S3DataType": "S3Prefix"}
    return {"InputName": name, "S3Input": {**source, "S3InputMode": "File"}}


def _output(name: str, uri: str, folder: str) -> Any:
    target = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{folder}"}
    return {"OutputName": name, "S3Output": {**target, "S3UploadMode": "EndOfJob"}}


@pytest.fixture
def request_for(put: Any) -> Any:
    """A request for a processing job that runs a script; further members as given."""

    def request(text: str = "", name: str = "prepare", **members: Any) -> Any:
        code = put("code/prepare.py", text)
        return {
            "ProcessingJobName": name,
            "RoleArn": "arn:aws:iam::000000000000:role/benchtop",
            "AppSpecification": {
                "ImageUri": "sagemaker-scikit-learn:1.2-1",
                "ContainerEntrypoint": [
                    "python3", "/opt/ml/processing/input/code/prepare.py"
                ],
                "ContainerArguments": members.pop("arguments", ["--verbose"]),
            },
            "ProcessingInputs": [_input("code", code, "input/code"), *members.pop("inputs", [])],
            "ProcessingOutputConfig": {
                "Outputs": [_output("train", "s3://bucket/out/train", "train")]
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1
                }
            },
            **members,
        }  # fmt: skip

    return request


@pytest.fixture
def processed(sagemaker: Any, until: Any) -> Any:
    """Runs a processing job to its end; its description."""

    def run(request: Any) -> Any:
        name = request["ProcessingJobName"]
        sagemaker.create_processing_job(**request)
        return until(
            lambda: sagemaker.describe_processing_job(ProcessingJobName=name),
            lambda job: job["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped"),
        )

    return run


def test_inputs_become_outputs(
    processed: Any, request_for: Any, put: Any, read: Any, said: Any
) -> None:
    """
    A script reads its inputs, gets its arguments, and what it writes is in S3.
    """
    text = """
import pathlib, sys
raw = pathlib.Path("/opt/ml/processing/raw/a.csv").read_text()
pathlib.Path("/opt/ml/processing/train/a.csv").write_text(raw.upper())
print(sys.argv[1:])
"""
    raw = _input("raw", put("raw/a.csv", "abc"), "raw")

    job = processed(request_for(text, inputs=[raw], arguments=["--x", "$(id)"]))

    assert job["ProcessingJobStatus"] == "Completed"
    assert read("out/train/a.csv") == b"ABC"
    assert said("prepare", GROUP) == ["['--x', '$(id)']"]
    assert job["ProcessingStartTime"] <= job["ProcessingEndTime"]


def test_a_failure_still_uploads_and_says_why(processed: Any, request_for: Any, read: Any) -> None:
    """
    The message file is the ExitMessage; the exit code stands in FailureReason.
    """
    text = """
open("/opt/ml/processing/train/half", "w").write("1")
open("/opt/ml/output/message", "w").write("row 7 is bad")
raise SystemExit(4)
"""
    job = processed(request_for(text))

    assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Failed", "row 7 is bad")
    assert job["FailureReason"].endswith("exit code: 4")
    assert read("out/train/half") == b"1"


def test_configuration_tells_of_the_job(processed: Any, request_for: Any, said: Any) -> None:
    """
    /opt/ml/config has the request and the cluster; Environment is in the environment.
    """
    text = """
import json, os
config = json.load(open("/opt/ml/config/processingjobconfig.json"))
hosts = json.load(open("/opt/ml/config/resourceconfig.json"))["hosts"]
print(json.dumps([config["ProcessingJobName"], hosts, os.environ["COLOUR"]]))
"""
    processed(request_for(text, Environment={"COLOUR": "red"}))

    assert json.loads(said("prepare", GROUP)[0]) == ["prepare", ["algo-1"], "red"]


def test_a_processing_job_can_be_stopped_and_deleted(
    sagemaker: Any, request_for: Any, until: Any, said: Any
) -> None:
    """
    Stopping ends in Stopped; then the name is free again.
    """
    sagemaker.create_processing_job(
        **request_for("import time; print(1, flush=True); time.sleep(60)")
    )
    until(lambda: said("prepare", GROUP), bool)
    sagemaker.stop_processing_job(ProcessingJobName="prepare")
    until(
        lambda: sagemaker.describe_processing_job(ProcessingJobName="prepare"),
        lambda job: job["ProcessingJobStatus"] == "Stopped",
    )
    sagemaker.delete_processing_job(ProcessingJobName="prepare")

    assert sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []


def test_an_input_without_objects_fails_the_job(processed: Any, request_for: Any) -> None:
    """
    There is nothing to process where there is nothing.
    """
    nothing = _input("raw", "s3://bucket/nothing/", "raw")

    reason = processed(request_for(inputs=[nothing]))["FailureReason"]

    assert reason.startswith("ClientError:")
    assert "s3://bucket/nothing/" in reason


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inputs": [{"InputName": "x", "AppManaged": True}]}, "AppManaged is not honoured"),
        ({"inputs": [_input("x", "s3://bucket/x", "../../../etc")]}, "must be below /opt/ml/proce"),
        ({"inputs": [_input("x", "s3://bucket/x", "../model")]}, "must be below"),
        ({"AppSpecification": {"ImageUri": "sagemaker-xgboost:1"}}, "without ContainerEntrypoint"),
        (
            {"AppSpecification": {"ImageUri": "who/knows:1", "ContainerEntrypoint": ["x"]}},
            '"knows" = "project"',
        ),
        ({"ProcessingResources": {"ClusterConfig": THREE}}, "InstanceCount greater than 1"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_at_once(
    sagemaker: Any, request_for: Any, change: Any, sentence: str
) -> None:
    """
    What benchtop does not honour is named before anything starts.
    """
    with pytest.raises(ClientError, match=re.escape(sentence)):
        sagemaker.create_processing_job(**request_for(**change))
