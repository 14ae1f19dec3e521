"""What compiling the flights pipeline promises."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape

CREATES = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName"}),
    "Model": ("CreateModel", {"ModelName"}),
    "RegisterModel": ("CreateModelPackage", set()),
    "EndpointConfig": ("CreateEndpointConfig", set()),
    "Endpoint": ("CreateEndpoint", set()),
}


def is_variable(value: object) -> bool:
    """Whether a value is decided when the pipeline runs."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in VARIABLES


VARIABLES = ("Get", "Std:Join", "Std:JsonGet")


def faults(shape: Shape, value: Any, path: str, given_later: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """Where a value is not what the API's shape asks for; a variable fits for any scalar."""
    if is_variable(value):
        return [f"{path}: a variable for a {shape.type_name}"] * (shape.type_name == "structure")
    match shape.type_name:
        case "structure":
            absent = set(shape.required_members) - set(value) - given_later
            known = shape.members
            found = [f"{path}.{name} is missing" for name in absent]
            found += [f"{path}.{name} is unknown" for name in set(value) - set(known)]
            inside = [(known[n], each, n) for n, each in value.items() if n in known]
            return found + [f for s, v, n in inside for f in faults(s, v, f"{path}.{n}")]
        case "list":
            return [f for v in value for f in faults(shape.member, v, f"{path}[]")]
        case "map":
            return [f for k, v in value.items() for f in faults(shape.value, v, f"{path}.{k}")]
        case "string":
            wrong = shape.enum and value not in shape.enum
            return [f"{path}: {value!r}"] * (not isinstance(value, str) or bool(wrong))
    kinds: dict[str, Any] = {"boolean": bool, "integer": int, "float": (int, float)}
    return [f"{path}: {value!r}"] * (not isinstance(value, kinds[shape.type_name]))


def test_two_compiles_agree_to_the_byte(twice: Any) -> None:
    """
    Two processes, without network, account or configuration, make the same definition and code.
    """
    first, second = twice

    assert first == second


@pytest.mark.parametrize("fixture", ["made", "made_for_production"])
def test_every_step_is_a_request_that_the_api_takes(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    """
    All arguments fit the API's own shapes: nothing missing but names, nothing unknown.
    """
    made = request.getfixturevalue(fixture)
    model = botocore.session.get_session().get_service_model("sagemaker")
    found = []
    for step in made.steps().values():
        operation, later = CREATES.get(step["Type"], ("", set()))
        if operation:
            shape = model.operation_model(operation).input_shape
            found += faults(shape, step["Arguments"], step["Name"], later)

    assert found == []


def test_the_steps_are_those_of_the_plan(made: Any) -> None:
    """
    From raw data to an endpoint, or to a reason why not.
    """
    kinds = {name: step["Type"] for name, step in made.steps().items()}

    assert kinds == {
        "Prepare": "Processing",
        "Tune": "Tuning",
        "Judge": "Processing",
        "GoodEnough": "Condition",
        "Register": "RegisterModel",
        "Model": "Model",
        "EndpointConfig": "EndpointConfig",
        "Endpoint": "Endpoint",
        "TooWeak": "Fail",
    }


def test_where_a_person_approves_nothing_is_deployed(made_for_production: Any) -> None:
    """
    Production registers the model as pending, and has no endpoint step.
    """
    defaults = {
        each["Name"]: each["DefaultValue"]
        for each in json.loads(made_for_production.definition)["Parameters"]
    }

    assert defaults["ApprovalStatus"] == "PendingManualApproval"
    assert "Endpoint" not in made_for_production.steps()


def test_spot_waits_only_where_there_is_spot(made: Any, made_for_production: Any) -> None:
    """
    MaxWaitTimeInSeconds, which AWS refuses without spot, is sent with spot alone.
    """
    local, prod = (
        each.steps()["Tune"]["Arguments"]["TrainingJobDefinition"]
        for each in (made, made_for_production)
    )

    assert "MaxWaitTimeInSeconds" not in local["StoppingCondition"]
    assert prod["StoppingCondition"]["MaxWaitTimeInSeconds"] == 7200
    assert (local["EnableManagedSpotTraining"], prod["EnableManagedSpotTraining"]) == (False, True)


def test_every_uri_of_code_is_uploaded(made: Any) -> None:
    """
    Whatever code the definition refers to is among the uploads, in the environment's bucket.
    """
    steps = made.steps()
    archive = steps["Tune"]["Arguments"]["TrainingJobDefinition"]["StaticHyperParameters"]
    folder = steps["Judge"]["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"]

    assert archive["sagemaker_submit_directory"] in made.uploads
    assert f"{folder}/evaluate.py" in made.uploads
    assert all(uri.startswith("s3://sagemaker-us-east-1-000000000000/") for uri in made.uploads)


def test_references_name_what_is_there(made: Any) -> None:
    """
    Every Get names a parameter or a step that exists.
    """
    parameters = {each["Name"] for each in json.loads(made.definition)["Parameters"]}
    places = {f"Parameters.{each}" for each in parameters} | {"Execution.PipelineExecutionId"}

    def gets(value: Any) -> list[str]:
        if is_variable(value) and "Get" in value:
            return [value["Get"]]
        inside = value.values() if isinstance(value, dict) else value
        if isinstance(value, str | int | float | None):
            return []
        return [found for each in inside for found in gets(each)]

    found = gets(json.loads(made.definition)["Steps"])
    steps = {each.split(".")[1] for each in found if each.startswith("Steps.")}
    assert {each for each in found if not each.startswith("Steps.")} <= places
    assert steps <= set(made.steps())


STRATEGIES = """
import json
from dataclasses import replace
from pipelines.compiling import compiled
from pipelines.environments import LOCAL
made = [compiled("flights", replace(LOCAL, strategy=each)) for each in ("Hyperband", "Grid")]
print(json.dumps([json.loads(each.definition) for each in made]))
"""


def test_hyperband_and_grid_are_compiled_in() -> None:
    """
    What needs another request is no parameter: Hyperband gets its resources, Grid its choices.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STRATEGIES], capture_output=True, check=True
    )

    hyperband, grid = (each["Steps"][1]["Arguments"] for each in json.loads(done.stdout))
    config = hyperband["HyperParameterTuningJobConfig"]
    ranges = grid["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert config["Strategy"] == "Hyperband"
    assert config["StrategyConfig"]["HyperbandStrategyConfig"]["MaxResource"] == 100
    assert [len(each) for each in ranges.values()] == [0, 0, 2]
    assert "MaxNumberOfTrainingJobs" not in str(grid)
    assert b'"Name": "Strategy"' not in done.stdout
