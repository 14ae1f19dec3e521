"""What was acknowledged survives ``kill -9``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.up import PYTHON, Benchtop, run, wait_for

pytestmark = pytest.mark.clients

ENDED = ("Succeeded", "Failed", "Stopped")


def started(benchtop: Benchtop) -> str:
    """An execution of the flights pipeline, just started; its ARN."""
    code = (
        "from pipelines import arrivals; from pipelines.aws import Aws; "
        "from pipelines.environments import LOCAL; aws = Aws(LOCAL); aws.make_bucket(); "
        "arrivals.arrive(LOCAL, aws.s3)"
    )
    wrap = (PYTHON, "-c", code)
    assert run(wrap=wrap, around=benchtop.around).returncode == 0
    assert run("pipelines", "upsert", "flights", around=benchtop.around).returncode == 0
    sagemaker = benchtop.client("sagemaker")
    parameters = [{"Name": "MaxJobs", "Value": "6"}]
    answer = sagemaker.start_pipeline_execution(
        PipelineName="flights", PipelineParameters=parameters
    )
    return str(answer["PipelineExecutionArn"])


def status(sagemaker: Any, arn: str) -> str:
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    return str(described["PipelineExecutionStatus"])


def executing(sagemaker: Any, arn: str, step: str) -> bool:
    """Whether the execution has reached a step."""
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    names = {each["StepName"] for each in listed["PipelineExecutionSteps"]}
    return step in names or status(sagemaker, arn) in ENDED


def test_an_execution_goes_on_after_every_kill(benchtop: Benchtop) -> None:
    """Killed while it prepares, tunes and judges, an execution ends well; no trial is lost."""
    arn = started(benchtop)
    for step in ("Prepare", "Tune", "Judge"):
        sagemaker = benchtop.client("sagemaker")
        wait_for(lambda: executing(benchtop.client("sagemaker"), arn, step))  # noqa: B023
        benchtop.kill()
        benchtop.start()
    sagemaker = benchtop.client("sagemaker")
    wait_for(lambda: status(sagemaker, arn) in ENDED)

    assert status(sagemaker, arn) == "Succeeded"
    (job,) = sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert job["TrainingJobStatusCounters"]["Completed"] == 6
    assert len(versions(sagemaker)) == 1


def versions(sagemaker: Any) -> list[Any]:
    listed = sagemaker.list_model_packages(ModelPackageGroupName="flights")
    return list(listed["ModelPackageSummaryList"])


def test_what_was_acknowledged_is_there_after_a_kill(benchtop: Benchtop) -> None:
    """Objects, pipelines, groups and configurations outlive the process that took them."""
    s3, sagemaker = benchtop.client("s3"), benchtop.client("sagemaker")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="a/b", Body=b"bytes")
    sagemaker.create_model_package_group(ModelPackageGroupName="kept")

    benchtop.kill()
    benchtop.start()

    s3, sagemaker = benchtop.client("s3"), benchtop.client("sagemaker")
    assert s3.get_object(Bucket="kept", Key="a/b")["Body"].read() == b"bytes"
    assert sagemaker.describe_model_package_group(ModelPackageGroupName="kept")
