"""Functions and people are asked, and their answers go on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/benchtop"
DEFINITION = Path(__file__).parents[2] / "interpreter" / "definitions" / "ask_people.json"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


def settled(bench: Any) -> None:
    """Wait for the functions under way, then go on."""
    for thread in threading.enumerate():
        if thread.name.startswith("step "):
            thread.join()
    bench.settle()


@pytest.fixture
def asked(bench: Any, tmp_path: Path) -> Callable[..., str]:
    """Run the pipeline up to the question to a person."""

    def run(score: float, answer: Any, **parameters: str) -> str:
        bench.clients.functions[FUNCTION] = answer
        bench.client.create_pipeline(
            PipelineName="p", RoleArn=ROLE, PipelineDefinition=DEFINITION.read_text()
        )
        arn = bench.start(**parameters)
        report = json.dumps({"scores": [{"value": score}]})
        bench.put(f"s3://bucket/{arn.rpartition('/')[2]}/out/report.json", report, tmp_path)
        bench.end("score")
        settled(bench)
        return arn

    return run


def sure(event: dict[str, Any]) -> dict[str, Any]:
    return {"sure": event["value"] / event["rounds"]}


def test_a_function_gets_resolved_arguments_and_its_outputs_go_on(bench: Any, asked: Any) -> None:
    """The message to the queue carries what the function gave back."""
    arn = asked(0.6, sure)

    message = bench.clients.messages[0]
    assert message["arguments"] == {"sure": pytest.approx(0.2), "colour": "red"}
    assert message["queue"] == "https://queue/q"
    assert message["pipelineExecutionArn"] == arn
    assert bench.statuses(arn)["Ask_Person"] == "Executing"


def test_a_callback_ends_the_step_with_its_outputs(bench: Any, asked: Any) -> None:
    """The token ends the step, and a good verdict the execution."""
    arn = asked(0.1, sure)
    bench.client.send_pipeline_execution_step_success(
        CallbackToken=bench.clients.messages[0]["token"],
        OutputParameters=[{"Name": "verdict", "Value": "yes"}],
    )
    bench.settle()

    shown = bench.steps(arn)["Ask_Person"]["Metadata"]["Callback"]
    assert shown["OutputParameters"] == [{"Name": "verdict", "Value": "yes"}]
    assert bench.status(arn) == "Succeeded"


def test_a_bad_verdict_takes_the_other_branch(bench: Any, asked: Any) -> None:
    """Or, Not and In decide together; the Fail step names the verdict."""
    arn = asked(0.1, sure)
    bench.client.send_pipeline_execution_step_success(
        CallbackToken=bench.clients.messages[0]["token"],
        OutputParameters=[{"Name": "verdict", "Value": "never"}],
    )
    bench.settle()

    assert bench.steps(arn)["Refused"]["FailureReason"] == "No: never"


def test_a_failed_callback_fails_the_step_with_its_reason(bench: Any, asked: Any) -> None:
    """SendPipelineExecutionStepFailure is told in the step."""
    arn = asked(0.9, sure)
    token = bench.clients.messages[0]["token"]
    bench.client.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="Away.")
    bench.settle()

    assert bench.steps(arn)["Ask_Person"]["FailureReason"] == "ClientError: Away."
    with pytest.raises(ClientError, match="No callback step waits"):
        bench.client.send_pipeline_execution_step_success(CallbackToken=token)


def test_an_output_that_was_not_given_back_fails_the_step(bench: Any, asked: Any) -> None:
    """A function must give back what the step declares."""
    arn = asked(0.9, lambda event: {"other": event})

    assert "sure was not given back" in bench.steps(arn)["Ask-Function"]["FailureReason"]


def test_a_function_that_raises_fails_the_step(bench: Any, asked: Any) -> None:
    """The function's error is the step's reason."""
    arn = asked(0.9, lambda event: event["no such"])

    assert "no such" in bench.steps(arn)["Ask-Function"]["FailureReason"]
    assert bench.status(arn) == "Failed"


def test_a_function_that_never_answered_is_asked_again_after_a_crash(
    bench: Any, asked: Any
) -> None:
    """A restart invokes the function again, since nobody knows what it did."""
    gate = threading.Event()
    calls: list[dict[str, Any]] = []

    def slow(event: dict[str, Any]) -> dict[str, Any]:
        calls.append(event)
        if len(calls) == 1:
            gate.wait(30)
        return {"sure": 1}

    bench.clients.functions[FUNCTION] = slow
    threads = threading.enumerate()
    first = threading.Thread(target=lambda: asked(0.9, slow))
    first.start()
    while not calls:
        gate.wait(0.01)
    bench.restart()
    bench.settle()
    while len(calls) < 2:
        gate.wait(0.01)
    gate.set()
    first.join()
    settled(bench)

    assert len(calls) == 2
    assert len(bench.clients.messages) == 1
    assert [t for t in threading.enumerate() if t not in threads] == []


def test_a_stopped_execution_tells_the_queue_and_waits(bench: Any, asked: Any) -> None:
    """A callback step is Stopping until its token comes back."""
    arn = asked(0.9, sure)
    bench.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    bench.settle()
    during = bench.statuses(arn)["Ask_Person"]
    token = bench.clients.messages[-1]["token"]
    bench.client.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="Stop.")
    bench.settle()

    assert bench.clients.messages[-1]["status"] == "Stopping"
    assert during == "Stopping"
    assert bench.status(arn) == "Stopped"


def test_an_unchanged_step_is_not_run_again(bench: Any, asked: Any) -> None:
    """A cached result takes the job's place, with its property file and where it came from."""
    first = asked(0.6, sure)

    second = bench.start()
    settled(bench)

    hit = bench.steps(second)["Score"]
    assert hit["CacheHitResult"]["SourcePipelineExecutionArn"] == first
    assert hit["StepStatus"] == "Succeeded"
    assert len(bench.fake.requests("CreateProcessingJob")) == 1
    assert bench.clients.messages[1]["arguments"] == bench.clients.messages[0]["arguments"]


def test_a_changed_or_lost_input_runs_the_step_again(bench: Any, asked: Any) -> None:
    """Another parameter value misses the cache, and so does an output that is gone."""
    first = asked(0.6, sure)
    bench.start(Rounds="5")
    bench.objects.remove("bucket", f"{first.rpartition('/')[2]}/out/report.json")
    bench.start()

    assert len(bench.fake.requests("CreateProcessingJob")) == 3
