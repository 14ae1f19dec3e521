"""Upsert a pipeline; start, find and stop its executions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from pipelines.aws import Aws, pages
from pipelines.compiling import Compiled

ENDED = ("Succeeded", "Failed", "Stopped", "CompletedWithFailures")


class NoExecution(LookupError):
    """There is nothing to watch or stop."""


def upsert(aws: Aws, made: Compiled) -> str:
    """Upload what the definition refers to, then create or update the pipeline; its ARN."""
    for uri, content in made.uploads.items():
        aws.put_if_missing(uri, content)
    for group in groups(made.definition):
        _unless_there(aws.sagemaker.create_model_package_group, ModelPackageGroupName=group)
    asked = {
        "PipelineName": made.name,
        "PipelineDefinition": made.definition,
        "RoleArn": aws.environment.pipeline_role,
    }
    created = _unless_there(aws.sagemaker.create_pipeline, **asked)
    return str((created or aws.sagemaker.update_pipeline(**asked))["PipelineArn"])


def groups(definition: str) -> list[str]:
    """The model package groups that a definition registers into."""

    def within(steps: list[dict[str, Any]]) -> list[str]:
        found = []
        for step in steps:
            asked = step["Arguments"]
            if step["Type"] == "RegisterModel":
                found.append(asked["ModelPackageGroupName"])
            found += within(asked.get("IfSteps", [])) + within(asked.get("ElseSteps", []))
        return found

    return sorted({each for each in within(json.loads(definition)["Steps"]) if type(each) is str})


def start(aws: Aws, name: str, parameters: Mapping[str, str]) -> str:
    """Start an execution; its ARN."""
    given = [{"Name": each, "Value": value} for each, value in parameters.items()]
    answer = aws.sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=given)
    return str(answer["PipelineExecutionArn"])


def latest(aws: Aws, names: list[str]) -> str:
    """The execution that was started last, of any of these pipelines."""
    found: list[dict[str, Any]] = []
    for name in names:
        try:
            answer = aws.sagemaker.list_pipeline_executions(
                PipelineName=name, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
            )
        except ClientError as missing:
            if "does not exist" not in str(missing):
                raise
        else:
            found += answer["PipelineExecutionSummaries"]
    if not found:
        raise NoExecution("No execution was started yet; `python -m pipelines start NAME` does.")
    newest = max(found, key=lambda each: each["StartTime"])
    return str(newest["PipelineExecutionArn"])


def stop(aws: Aws, arn: str) -> str:
    """Ask an execution to stop; its status then. One that has ended stays as it is."""
    status = str(describe(aws, arn)["PipelineExecutionStatus"])
    if status not in ENDED:
        aws.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    return str(describe(aws, arn)["PipelineExecutionStatus"])


def describe(aws: Aws, arn: str) -> dict[str, Any]:
    """An execution."""
    return dict(aws.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))


def steps(aws: Aws, arn: str) -> list[dict[str, Any]]:
    """An execution's steps in the order in which they started."""
    return pages(
        aws.sagemaker.list_pipeline_execution_steps,
        "PipelineExecutionSteps",
        PipelineExecutionArn=arn,
        SortOrder="Ascending",
    )


def trials(aws: Aws, tuning_job: str) -> list[dict[str, Any]]:
    """A tuning job's training jobs in the order in which they were made."""
    return pages(
        aws.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job,
        "TrainingJobSummaries",
        HyperParameterTuningJobName=tuning_job,
        SortBy="CreationTime",
        SortOrder="Ascending",
        MaxResults=100,
    )


def _unless_there(create: Any, **asked: Any) -> dict[str, Any] | None:
    try:
        return dict(create(**asked))
    except ClientError as refused:
        if "already exists" not in str(refused).lower():
            raise
        return None
