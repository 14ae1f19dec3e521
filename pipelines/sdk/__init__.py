"""The SageMaker SDK as this project uses it; loaded when first used, since loading takes seconds.

A pipeline file writes ``sdk.processing(...)`` or ``sdk.integer("MaxJobs", 20)``; nothing else in
the project imports the SDK. ``list``, ``watch`` and ``--help`` never pay for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.sdk.imports import (
        Condition,
        ConditionStep,
        Execution,
        FailStep,
        Join,
        JsonGet,
        Pipeline,
        PropertyFile,
        Step,
    )
    from pipelines.sdk.parameters import floating, integer, string
    from pipelines.sdk.search import Limits, Tuning, strategy_parameter, tuning
    from pipelines.sdk.session import image, pipeline
    from pipelines.sdk.steps import (
        Request,
        at_least,
        endpoint,
        endpoint_config,
        fail,
        model,
        processing,
        register,
        serving,
        when,
    )

_HOMES = {
    "imports": (
        "Condition ConditionStep Execution FailStep Join JsonGet Pipeline PropertyFile Step"
    ),
    "parameters": "floating integer string",
    "session": "image pipeline",
    "steps": (
        "Request at_least endpoint endpoint_config fail model processing register serving when"
    ),
    "search": "Limits Tuning strategy_parameter tuning",
}

__all__ = [
    "Condition",
    "ConditionStep",
    "Execution",
    "FailStep",
    "Join",
    "JsonGet",
    "Limits",
    "Pipeline",
    "PropertyFile",
    "Request",
    "Step",
    "Tuning",
    "at_least",
    "endpoint",
    "endpoint_config",
    "fail",
    "floating",
    "image",
    "integer",
    "model",
    "pipeline",
    "processing",
    "register",
    "serving",
    "strategy_parameter",
    "string",
    "tuning",
    "when",
]


def __getattr__(name: str) -> Any:
    """Find a name in the module that holds it, loading the SDK if that has not happened yet."""
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
