"""The form of a step: what it may say, in which types, and what it cannot do without."""

from __future__ import annotations

import re

from benchtop.interpreter import retries
from benchtop.interpreter.faults import DefinitionFault, NotBuilt
from benchtop.wire import Json

BUILT = {
    "Processing": (),
    "Training": (),
    "Tuning": (),
    "Model": (),
    "RegisterModel": (),
    "EndpointConfig": ("EndpointConfigName",),
    "Endpoint": ("EndpointName", "EndpointConfigName"),
    "Condition": ("Conditions",),
    "Fail": ("ErrorMessage",),
    "Lambda": (),
    "Callback": (),
}
"""The step types that run, each with the arguments it cannot do without."""

ELSEWHERE = frozenset({
    "Transform", "QualityCheck", "ClarifyCheck", "EMR", "EMRServerless", "AutoML", "ForEach",
    "Cleanup", "InferenceComponent", "Lineage", "Job", "NotebookJob", "Athena",
})  # fmt: skip
"""The step types that only AWS runs."""

MEMBERS: dict[str, tuple[type, ...]] = {
    "Name": (str,),
    "Type": (str,),
    "Arguments": (dict,),
    "DisplayName": (str,),
    "Description": (str,),
    "DependsOn": (list,),
    "RetryPolicies": (list,),
    "CacheConfig": (dict,),
    "PropertyFiles": (list,),
    "OutputParameters": (list,),
    "FunctionArn": (str, dict),
    "SqsQueueUrl": (str, dict),
}
"""What a step may say of itself, and in which form; more would change what it does on AWS."""

RETRYABLE = frozenset(
    {"Processing", "Training", "Tuning", "Model", "RegisterModel", "EndpointConfig"}
)
NEEDS = {"Lambda": "FunctionArn", "Callback": "SqsQueueUrl"}
NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


def check_members(name: str, body: Json) -> None:
    """Refuse a step that says more than is honoured, or says it in the wrong form.

    Raises:
        DefinitionFault: names the step and the member.
    """
    for member, value in body.items():
        if member not in MEMBERS:
            raise NotBuilt(f"Step {name}: {member} is not honoured by benchtop: remove it.")
        if value is not None and not isinstance(value, MEMBERS[member]):
            raise DefinitionFault(f"Step {name}: {member} has the wrong form.")


def check_needs(name: str, kind: str, body: Json) -> None:
    """Refuse a step that lacks what its type needs.

    Raises:
        DefinitionFault: names the step and what it lacks.
    """
    arguments = body.get("Arguments", {} if kind in NEEDS else None)
    if not isinstance(arguments, dict):
        raise DefinitionFault(f"Step {name} has no Arguments.")
    for needed in BUILT[kind]:
        if needed not in arguments:
            raise DefinitionFault(f"Step {name} of type {kind} needs {needed} in its Arguments.")
    if kind in NEEDS and NEEDS[kind] not in body:
        raise DefinitionFault(f"Step {name} of type {kind} needs {NEEDS[kind]}.")
    if body.get("RetryPolicies") and kind not in RETRYABLE:
        raise DefinitionFault(f"Step {name}: a {kind} step cannot have RetryPolicies.")
    retries.check(name, listed(body, "RetryPolicies", f"Step {name}"))
    retries.check_cache(name, body.get("CacheConfig"))


def members(container: Json, member: str) -> Json:
    """A member that is an object, if it is there at all."""
    found = container.get(member) or {}
    if not isinstance(found, dict):
        raise DefinitionFault(f"{member} is not an object.")
    return found


def listed(container: Json, member: str, where: str) -> list[Json]:
    """A member that is a list of objects, if it is there at all."""
    found = container.get(member) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise DefinitionFault(f"{where}: {member} is not a list of objects.")
    return found
