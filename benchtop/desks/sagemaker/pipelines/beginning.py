"""A new pipeline execution: its id, its parameters, and what its expressions can refer to."""

from __future__ import annotations

import hashlib

from benchtop.desks.sagemaker.pipelines.steps.scopes import moment
from benchtop.desks.sagemaker.pipelines.steps.states import KIND
from benchtop.door.refusals import ValidationException
from benchtop.interpreter.definition import read
from benchtop.interpreter.faults import ParameterFault, ValueFault
from benchtop.interpreter.parameters import bind
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record
from benchtop.wire import Json

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_execution(
    pipeline: Record,
    version: Json,
    *,
    asked: Json,
    described: Json,
    parameters: list[Json],
    token: str,
    now: float,
) -> Record:
    """The record of an execution that has not done anything yet.

    Raises:
        ValidationException: when the parameters do not fit the definition.
    """
    name = execution_id(pipeline, token)
    arn = f"{pipeline.arn}/execution/{name}"
    variables = {
        "PipelineName": pipeline.name,
        "PipelineArn": pipeline.arn,
        "PipelineExecutionId": name,
        "PipelineExecutionArn": arn,
        "StartDateTime": moment(now),
    }
    body: Json = {
        "PipelineArn": pipeline.arn,
        "PipelineExecutionArn": arn,
        "PipelineExecutionStatus": "Executing",
        "PipelineVersionId": version["PipelineVersionId"],
        "StartTime": now,
        **{member: value for member, value in described.items() if value is not None},
        **_bound(version["PipelineDefinition"], variables, parameters),
        "_definition": version["PipelineDefinition"],
        "_variables": variables,
        "_steps": {},
        "_asked": asked,
    }
    body.setdefault("PipelineExecutionDisplayName", f"execution-{name}")
    return Record(
        kind=KIND, name=name, arn=arn, status="Executing", parent=pipeline.arn,
        created=now, body=body,
    )  # fmt: skip


def execution_id(pipeline: Record, token: str) -> str:
    """Twelve letters and digits: the same for the same request token, so that it starts once."""
    digest = hashlib.sha256(f"{pipeline.arn} {pipeline.created} {token}".encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:12])


def _bound(text: str, variables: dict[str, str], parameters: list[Json]) -> Json:
    """The members that follow from the definition: parameters, and the experiment's names."""
    given = {each["Name"]: each["Value"] for each in parameters}
    if len(given) < len(parameters):
        raise ValidationException("A parameter is given twice.")
    definition = read(text)
    try:
        values = bind(definition.parameters, given)
        scope = Scope(parameters=values, execution=variables)
        experiment = resolve(definition.experiment, scope)
    except (ParameterFault, ValueFault) as fault:
        raise ValidationException(str(fault)) from None
    found: Json = {"_parameters": values}
    return {**found, "PipelineExperimentConfig": experiment} if experiment else found
