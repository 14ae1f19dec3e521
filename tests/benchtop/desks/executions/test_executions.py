"""What an execution does when its steps succeed, fail, are retried, stopped or cut off."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.door.refusals import Refusal, ResourceLimitExceeded

ROLE = "arn:aws:iam::000000000000:role/benchtop"
FAILURE = "Step failure: One or multiple steps failed."


class Throttled(Refusal):
    """Slow down."""

    code = "ThrottlingException"


def retrying(*kinds: str, **more: Any) -> list[dict[str, Any]]:
    return [{"ExceptionType": list(kinds), "MaxAttempts": 1, "IntervalSeconds": 5, **more}]


def names(bench: Any, operation: str = "CreateProcessingJob") -> list[str]:
    return [r["ProcessingJobName"].split("-")[2] for r in bench.fake.requests(operation)]


def test_steps_run_in_order_and_the_execution_succeeds(bench: Any, step: Any) -> None:
    """A step starts when the one it depends on has succeeded, and not before."""
    bench.create([step("a"), step("b", DependsOn=["a"])])
    arn = bench.start()

    before = bench.statuses(arn)
    bench.end("-a-")
    during = bench.statuses(arn)
    bench.end("-b-")

    assert before == {"a": "Executing"}
    assert during == {"a": "Succeeded", "b": "Executing"}
    assert bench.status(arn) == "Succeeded"


def test_a_job_is_named_after_its_execution_and_shown_in_the_metadata(
    bench: Any, step: Any
) -> None:
    """The job carries the execution's id, and the step shows its ARN."""
    bench.create([step("my_step")])
    arn = bench.start()

    name = bench.fake.requests("CreateProcessingJob")[0]["ProcessingJobName"]
    shown = bench.steps(arn)["my_step"]["Metadata"]["ProcessingJob"]["Arn"]

    assert name.startswith(f"pipelines-{arn.rpartition('/')[2]}-my-step-")
    assert shown == bench.place.arn("processing-job", name)
    assert bench.records.at(shown).parent == arn


def test_a_failure_stops_what_depends_on_it_and_nothing_else(bench: Any, step: Any) -> None:
    """Independent branches finish; dependants never start; the reason is the service's."""
    bench.create([step("a"), step("b"), step("c", DependsOn=["a"]), step("d", DependsOn=["b"])])
    arn = bench.start()

    bench.end("-a-", "Failed", FailureReason="AlgorithmError: x")
    bench.end("-b-")
    bench.end("-d-")

    described = bench.client.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == FAILURE
    assert bench.statuses(arn) == {"a": "Failed", "b": "Succeeded", "d": "Succeeded"}
    assert bench.steps(arn)["a"]["FailureReason"] == "ClientError: AlgorithmError: x"


def test_no_more_steps_run_at_a_time_than_allowed(bench: Any, step: Any) -> None:
    """MaxParallelExecutionSteps holds."""
    bench.create([step(name) for name in "abc"])
    bench.client.start_pipeline_execution(
        PipelineName="p", ParallelismConfiguration={"MaxParallelExecutionSteps": 2}
    )
    bench.settle()
    before = names(bench)
    bench.end("-b-")

    assert before == ["a", "b"]
    assert names(bench) == ["a", "b", "c"]


def test_a_refused_request_is_the_steps_failure(bench: Any, step: Any) -> None:
    """What the desk refuses is told in the step's FailureReason, and the job is not retried."""
    bench.create([step("a")])
    bench.fake.refuse["CreateProcessingJob"] = [Refusal("No such image.")]
    arn = bench.start()

    reason = bench.steps(arn)["a"]["FailureReason"]
    assert reason == (
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details: No such image."
    )
    assert bench.status(arn) == "Failed"


def test_throttling_is_retried_without_being_asked(bench: Any, step: Any) -> None:
    """A throttled request is tried again, and the attempt is counted."""
    bench.create([step("a")])
    bench.fake.refuse["CreateProcessingJob"] = [Throttled()]
    arn = bench.start()

    waiting = bench.statuses(arn)
    _later(bench, arn, "a")

    assert waiting == {"a": "Executing"}
    assert bench.steps(arn)["a"]["AttemptCount"] == 2


def test_a_covered_failure_is_tried_again_as_often_as_the_policy_says(
    bench: Any, step: Any
) -> None:
    """A job that failed for want of capacity gets one new job, then the step fails."""
    bench.create([step("a", RetryPolicies=retrying("SageMaker.CAPACITY_ERROR"))])
    arn = bench.start()

    bench.end("-a-", "Failed", FailureReason="CapacityError: none")
    _later(bench, arn, "a")
    bench.end("-a-", "Failed", FailureReason="CapacityError: none")

    assert len(set(names(bench))) == 1
    assert len({r["ProcessingJobName"] for r in bench.fake.requests("CreateProcessingJob")}) == 2
    assert bench.statuses(arn) == {"a": "Failed"}


def test_a_resource_limit_is_retried_only_with_a_policy(bench: Any, step: Any) -> None:
    """ResourceLimitExceeded fails the step that has no policy for it."""
    policy = retrying("SageMaker.RESOURCE_LIMIT")
    bench.create([step("a"), step("b", RetryPolicies=policy)])
    bench.fake.refuse["CreateProcessingJob"] = [ResourceLimitExceeded(), ResourceLimitExceeded()]
    arn = bench.start()

    assert bench.statuses(arn) == {"a": "Failed", "b": "Executing"}


def test_a_stopped_execution_stops_its_jobs_and_stays_stopped(bench: Any, step: Any) -> None:
    """Stop reaches the job; when it has stopped the execution is Stopped, and nothing starts."""
    bench.create([step("a"), step("b", DependsOn=["a"])])
    arn = bench.start()
    bench.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    bench.settle()
    during = bench.status(arn), bench.statuses(arn)
    bench.end("-a-", "Stopped")

    assert during == ("Stopping", {"a": "Stopping"})
    assert bench.status(arn) == "Stopped"
    assert bench.statuses(arn) == {"a": "Stopped"}
    with pytest.raises(ClientError, match="Stopped already"):
        bench.client.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_retried_execution_goes_on_from_what_failed(bench: Any, step: Any) -> None:
    """What succeeded is not done again."""
    bench.create([step("a"), step("b", DependsOn=["a"])])
    arn = bench.start()
    bench.end("-a-")
    bench.end("-b-", "Failed")

    bench.client.retry_pipeline_execution(PipelineExecutionArn=arn)
    bench.settle()
    bench.end("-b-")

    assert names(bench) == ["a", "b", "b"]
    described = bench.client.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in described


def test_a_crash_after_the_job_was_created_does_not_create_another(bench: Any, step: Any) -> None:
    """The job that was created under the chosen name is found again."""
    bench.create([step("a")])
    bench.fake.die_after = "CreateProcessingJob"
    with pytest.raises(KeyboardInterrupt):
        bench.start()
    arn = bench.client.list_pipeline_executions(PipelineName="p")["PipelineExecutionSummaries"][0][
        "PipelineExecutionArn"
    ]

    bench.restart()
    bench.settle()
    bench.end("-a-")

    asked = {r["ProcessingJobName"] for r in bench.fake.requests("CreateProcessingJob")}
    assert len(asked) == 1
    assert bench.records.count("processing-job") == 1
    assert bench.status(arn) == "Succeeded"


def test_a_crash_while_a_job_runs_loses_nothing(bench: Any, step: Any) -> None:
    """A job that ended while nobody looked is seen after the restart."""
    bench.create([step("a"), step("b", DependsOn=["a"])])
    arn = bench.start()
    bench.records._listeners.clear()
    bench.fake.end("-a-")

    bench.restart()
    bench.settle()

    assert bench.statuses(arn) == {"a": "Succeeded", "b": "Executing"}


def test_the_same_request_token_starts_once(bench: Any, step: Any) -> None:
    """A repeated StartPipelineExecution answers with the first execution."""
    bench.create([step("a")])
    token = "t" * 32

    first, second = (
        bench.client.start_pipeline_execution(PipelineName="p", ClientRequestToken=token)
        for _ in range(2)
    )

    assert first["PipelineExecutionArn"] == second["PipelineExecutionArn"]
    assert bench.records.count("pipeline-execution") == 1


def test_steps_are_listed_in_pages_the_last_one_first(bench: Any, step: Any) -> None:
    """Every step appears once, whatever the page size."""
    bench.create([step(name) for name in "abc"])
    arn = bench.start()
    pages = bench.client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=arn, PaginationConfig={"PageSize": 2}
    )

    assert [s["StepName"] for p in pages for s in p["PipelineExecutionSteps"]] == ["c", "b", "a"]


def test_an_updated_pipeline_leaves_running_executions_alone(bench: Any, step: Any) -> None:
    """An execution keeps the definition that it began with."""
    bench.create([step("a"), step("b", DependsOn=["a"])])
    arn = bench.start()
    definition = '{"Version": "2020-12-01", "Steps": [' + _json(step("z")) + "]}"
    bench.client.update_pipeline(PipelineName="p", PipelineDefinition=definition)

    bench.end("-a-")

    assert bench.statuses(arn) == {"a": "Succeeded", "b": "Executing"}
    assert bench.statuses(bench.start()) == {"z": "Executing"}


def test_a_job_stopped_from_outside_fails_its_step(bench: Any, step: Any) -> None:
    """Somebody who stops the job stops the pipeline from going on."""
    bench.create([step("a")])
    arn = bench.start()

    bench.end("-a-", "Stopped")

    assert bench.status(arn) == "Failed"


def test_a_fail_step_stops_what_runs(bench: Any, step: Any) -> None:
    """A Fail step ends the execution: other jobs are stopped, and it is Failed."""
    fail = {"Name": "no", "Type": "Fail", "Arguments": {"ErrorMessage": "Enough."}}
    bench.create([step("a"), fail])
    arn = bench.start()
    bench.end("-a-", "Stopped")

    assert bench.fake.requests("StopProcessingJob")
    assert bench.status(arn) == "Failed"
    assert bench.statuses(arn)["no"] == "Failed"


def _later(bench: Any, arn: str, name: str) -> None:
    """Let the waiting time before a step's next attempt pass."""
    execution = bench.records.at(arn)
    at = execution.body["_steps"][name]["_retry_at"]
    assert at > time.time()
    bench.desk._states.note(execution.name, name, {"_retry_at": time.time() - 1})
    bench.foreman.wake(arn)
    bench.settle()


def _json(value: Any) -> str:
    return json.dumps(value)
