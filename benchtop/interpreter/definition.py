"""A pipeline definition, read: JSON in, a graph of steps out, mistakes named.

The format is ``Version`` 2020-12-01 of the service's own JSON, as the SDK compiles it and
CreatePipeline takes it. What can be known to be wrong without running is refused here, when the
pipeline is created: unknown step types, names used twice, references that lead nowhere, cycles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchtop.interpreter import conditions, forms, graph
from benchtop.interpreter.faults import DefinitionFault, NotBuilt
from benchtop.interpreter.parameters import TYPES, Parameter, read_parameter
from benchtop.interpreter.values import EXECUTION_VARIABLES, references, split_step
from benchtop.wire import Json

VERSION = "2020-12-01"

OWN = frozenset({"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "Steps"})
"""What a definition may say beside its steps; Metadata has no effect on AWS either."""


@dataclass(frozen=True, kw_only=True)
class PropertyFile:
    """A JSON file among a processing step's outputs, for later steps to read."""

    name: str
    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; *within* is the Condition step whose branch it lies in, and which branch."""

    name: str
    type: str
    body: Json
    within: tuple[str, bool] | None = None
    depends_on: frozenset[str] = frozenset()
    property_files: tuple[PropertyFile, ...] = ()
    outputs: Mapping[str, str]

    @property
    def arguments(self) -> Json:
        """What the step asks for, with its expressions unresolved."""
        arguments: Json = self.body.get("Arguments") or {}
        return arguments

    @property
    def retries(self) -> list[Json]:
        """The step's RetryPolicies, as they came."""
        return list(self.body.get("RetryPolicies") or [])


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A pipeline: parameters and steps by name, in the order of the text."""

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Json


def read(text: str) -> Definition:
    """The pipeline that a definition describes.

    Raises:
        DefinitionFault: with one sentence that names the first mistake found.
    """
    try:
        return _read(_parse(text))
    except RecursionError:
        raise DefinitionFault("The definition is nested too deeply.") from None


def _parse(text: str) -> Json:
    try:
        document = json.loads(text)
    except ValueError as fault:
        raise DefinitionFault(f"The definition is not JSON: {fault}.") from None
    if not isinstance(document, dict):
        raise DefinitionFault("The definition is not a JSON object.")
    if document.get("Version") != VERSION:
        raise DefinitionFault(f"Version is {document.get('Version')!r}; it must be {VERSION!r}.")
    for member, value in document.items():
        if member not in OWN and value is not None:
            raise NotBuilt(f"{member} of a definition is not honoured by benchtop: remove it.")
    return document


def _read(document: Json) -> Definition:
    parameters = _named(
        "parameter", map(read_parameter, forms.listed(document, "Parameters", "The definition"))
    )
    written = forms.listed(document, "Steps", "The definition")
    if not written:
        raise DefinitionFault("The definition has no Steps.")
    steps = _named("step", _steps(written, None))
    definition = Definition(
        parameters=parameters,
        steps=steps,
        experiment=forms.members(document, "PipelineExperimentConfig"),
    )
    _check(definition)
    return definition


def _named(what: str, found: Iterator[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for each in found:
        if each.name in named:
            raise DefinitionFault(f"Two {what}s are called {each.name}; names must be unique.")
        named[each.name] = each
    return named


def _steps(written: list[Json], within: tuple[str, bool] | None) -> Iterator[Step]:
    for body in written:
        step = _step(body, within)
        yield step
        if step.type == "Condition":
            for branch, taken in (("IfSteps", True), ("ElseSteps", False)):
                inner = forms.listed(step.arguments, branch, f"Condition step {step.name}")
                yield from _steps(inner, (step.name, taken))


def _step(body: Json, within: tuple[str, bool] | None) -> Step:
    name, kind = body.get("Name"), body.get("Type")
    if not isinstance(name, str) or not forms.NAME.fullmatch(name):
        raise DefinitionFault(
            f"A step is called {name!r}; a name is 1 to 64 letters, digits, - or _."
        )
    if isinstance(kind, str) and kind in forms.ELSEWHERE:
        raise NotBuilt(
            f"Step {name}: type {kind} is not honoured by benchtop: remove it, or run this on AWS."
        )
    if not isinstance(kind, str) or kind not in forms.BUILT:
        raise DefinitionFault(
            f"Step {name} has unknown type {kind!r}; it may be {sorted(forms.BUILT)}."
        )
    forms.check_members(name, body)
    forms.check_needs(name, kind, body)
    return Step(
        name=name,
        type=kind,
        body=body,
        within=within,
        depends_on=frozenset(_explicit(name, body)) | set(_implicit(body)),
        property_files=tuple(_property_files(name, body)),
        outputs=dict(_outputs(name, body)),
    )


def _explicit(name: str, body: Json) -> Iterator[str]:
    for each in body.get("DependsOn") or ():
        if isinstance(each, dict):
            raise NotBuilt(
                f"Step {name}: Trigger in DependsOn is not honoured by benchtop: "
                "depend on the step's name alone."
            )
        if not isinstance(each, str):
            raise DefinitionFault(f"Step {name} depends on {each!r}, which is no step's name.")
        yield each


def _implicit(body: Json) -> Iterator[str]:
    for path in references(_own(body)):
        found = split_step(path)
        if found:
            yield found[0]


def _own(body: Json) -> Json:
    """A step without the steps inside it."""
    arguments = body.get("Arguments")
    if not isinstance(arguments, dict):
        return body
    own = {name: each for name, each in arguments.items() if name not in {"IfSteps", "ElseSteps"}}
    return {**body, "Arguments": own if body.get("Type") == "Condition" else arguments}


def _property_files(name: str, body: Json) -> Iterator[PropertyFile]:
    for each in forms.listed(body, "PropertyFiles", f"Step {name}"):
        members = [each.get(key) for key in ("PropertyFileName", "OutputName", "FilePath")]
        named = [member for member in members if isinstance(member, str)]
        if named != members:
            raise DefinitionFault(
                f"A property file of step {name} needs PropertyFileName, OutputName and FilePath."
            )
        yield PropertyFile(name=named[0], output=named[1], path=named[2])


def _outputs(name: str, body: Json) -> Iterator[tuple[str, str]]:
    for each in forms.listed(body, "OutputParameters", f"Step {name}"):
        kind = each.get("OutputType", "String")
        if not isinstance(each.get("OutputName"), str) or str(kind) not in TYPES:
            raise DefinitionFault(
                f"An output of step {name} needs an OutputName and an OutputType, "
                f"one of {sorted(TYPES)}."
            )
        yield each["OutputName"], kind


def _check(definition: Definition) -> None:
    for step in definition.steps.values():
        if step.type == "Condition":
            _check_condition(step)
        for name in step.depends_on:
            if name not in definition.steps:
                raise DefinitionFault(
                    f"Step {step.name} refers to step {name}, which is not there."
                )
        for path in references(_own(step.body)):
            _check_reference(definition, step, path)
    for path in references(definition.experiment):
        if split_step(path):
            raise DefinitionFault(f"PipelineExperimentConfig cannot refer to {path}.")
    graph.check(definition.steps)


def _check_condition(step: Step) -> None:
    try:
        for each in forms.listed(step.arguments, "Conditions", f"Condition step {step.name}"):
            conditions.check(each)
    except DefinitionFault as fault:
        raise DefinitionFault(f"Step {step.name}: {fault}.") from None


def _check_reference(definition: Definition, step: Step, path: str) -> None:
    house, _, name = path.partition(".")
    known = {"Parameters": definition.parameters, "Execution": EXECUTION_VARIABLES}
    of_step = split_step(path)
    if house in known and name not in known[house]:
        raise DefinitionFault(f"Step {step.name} refers to {path}, which is not there.")
    if house not in known and not of_step:
        raise DefinitionFault(f"Step {step.name} refers to {path!r}, which is no reference.")
    if of_step and of_step[1].startswith(".PropertyFiles."):
        wanted = of_step[1].removeprefix(".PropertyFiles.")
        if wanted not in {each.name for each in definition.steps[of_step[0]].property_files}:
            raise DefinitionFault(
                f"Step {step.name} refers to property file {wanted} of step {of_step[0]}, "
                "which has none of that name."
            )
