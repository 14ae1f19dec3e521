"""What an expression is worth: ``Get``, ``Std:Join`` and ``Std:JsonGet``.

An expression is an object with one of these three as its only member; any other object, list or
scalar is worth itself, part by part. Values keep their type: an Integer parameter is a number
wherever it stands alone, and text inside a join.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchtop.interpreter.faults import ValueFault
from benchtop.interpreter.parameters import Value, text
from benchtop.wire import Json

FUNCTIONS = frozenset({"Get", "Std:Join", "Std:JsonGet"})
EXECUTION_VARIABLES = frozenset({
    "PipelineName", "PipelineArn", "PipelineExecutionId", "PipelineExecutionArn",
    "StartDateTime", "CurrentDateTime", "TrainingJobName", "ProcessingJobName",
})  # fmt: skip

STEP = re.compile(r"Steps\.([A-Za-z0-9_-]+)((?:[.\[].*)?)$", re.DOTALL)
TOKEN = re.compile(r"""\.?(?:([^.\[\]]+)|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\])""")


def _no_documents(uri: str) -> Any:
    raise ValueFault(f"{uri} cannot be read here.")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Everything an expression can refer to, in one execution.

    Attributes:
        parameters: by name.
        execution: the ``Execution.*`` variables, by name.
        steps: the properties of every step that succeeded, by step name; property files lie
            under ``PropertyFiles``, by name.
        document: reads the JSON at an S3 URI; raises ValueFault.
    """

    parameters: Mapping[str, Value] = field(default_factory=dict)
    execution: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Json] = field(default_factory=dict)
    document: Callable[[str], Any] = _no_documents


def is_expression(value: object) -> bool:
    """Whether a part of a definition is computed, not literal."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in FUNCTIONS


def resolve(value: Any, scope: Scope) -> Any:
    """What a part of a definition is worth in this scope.

    >>> resolve({"Std:Join": {"On": "-", "Values": ["a", {"Get": "Parameters.N"}]}},
    ...         Scope(parameters={"N": 3}))
    'a-3'

    Raises:
        ValueFault: names the reference that has no value.
    """
    match value:
        case {"Get": str(path)} if len(value) == 1:
            return _get(path, scope)
        case {"Std:Join": {"Values": [*parts], **rest}} if len(value) == 1:
            return text(rest.get("On", "")).join(text(resolve(part, scope)) for part in parts)
        case {"Std:JsonGet": {"Path": path, **rest}} if len(value) == 1:
            return _json_get(str(resolve(path, scope)), rest, scope)
        case dict():
            return {name: resolve(item, scope) for name, item in value.items()}
        case list():
            return [resolve(item, scope) for item in value]
    return value


def references(value: Any) -> Iterator[str]:
    """Every path that a part of a definition gets, in no particular order."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("Get"), str):
            yield value["Get"]
            return
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def split_step(path: str) -> tuple[str, str] | None:
    """The step a path refers to, and the path within its properties; None if to something else."""
    found = STEP.match(path)
    if not found:
        return None
    return found.group(1), found.group(2)


def follow(value: Any, path: str) -> Any:
    """What lies at a path such as ``Outputs['train'].S3Output.S3Uri`` or ``metrics.auc[0]``.

    A list is indexed by number, or by name: the item one of whose ``…Name`` members is that name.

    Raises:
        KeyError: with the part of the path that leads nowhere.
    """
    for token in tokens(path):
        value = _enter(value, token)
    return value


def tokens(path: str) -> list[str | int]:
    """A path, cut into member names and list positions.

    Raises:
        KeyError: with the path, when it is not one.
    """
    path = path.removeprefix("$").removeprefix(".")
    found: list[str | int] = []
    end = 0
    for part in TOKEN.finditer(path):
        if part.start() != end:
            break
        end = part.end()
        name, position, single, double = part.groups()
        found.append(int(position) if position else name or single or double or "")
    if end != len(path):
        raise KeyError(path)
    return found


def _enter(value: Any, token: str | int) -> Any:
    if isinstance(token, int):
        if isinstance(value, list) and -len(value) <= token < len(value):
            return value[token]
    elif isinstance(value, dict) and token in value:
        return value[token]
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and _name(item) == token:
                return item
    raise KeyError(token)


def _name(item: Json) -> str | None:
    named = (each for name, each in item.items() if name.endswith("Name") or name == "Key")
    return next((each for each in named if isinstance(each, str)), None)


def _get(path: str, scope: Scope) -> Any:
    house, _, name = path.partition(".")
    if house == "Parameters" and name in scope.parameters:
        return scope.parameters[name]
    if house == "Execution" and name in scope.execution:
        return scope.execution[name]
    of_step = split_step(path)
    if of_step and of_step[0] in scope.steps:
        try:
            return follow(scope.steps[of_step[0]], of_step[1])
        except KeyError as part:
            raise ValueFault(f"{path} has no value: there is no {part}.") from None
    raise ValueFault(f"{path} has no value in this execution.")


def _json_get(path: str, source: Mapping[Any, Any], scope: Scope) -> Any:
    if "S3Uri" in source:
        uri = str(resolve(source["S3Uri"], scope))
        where, document = uri, scope.document(uri)
    else:
        file = source.get("PropertyFile")
        where = str(file.get("Get") if isinstance(file, dict) else file)
        document = _get(where, scope)
    try:
        return follow(document, path)
    except KeyError as part:
        raise ValueFault(f"Path {path} leads nowhere in {where}: there is no {part}.") from None
