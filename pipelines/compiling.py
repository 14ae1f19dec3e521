"""From a pipeline's name to what AWS is sent: the definition, and the objects it refers to."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines import PIPELINES
from pipelines.environments import ENVIRONMENTS, Environment


class Unknown(LookupError):
    """No pipeline or environment has this name."""


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A pipeline as AWS gets it.

    Attributes:
        definition: JSON; the same bytes on every machine.
        uploads: content by ``s3://`` URI; the address of code is its content.
    """

    name: str
    definition: str
    uploads: dict[str, bytes]


def environment_named(name: str) -> Environment:
    """The environment of this name."""
    if name not in ENVIRONMENTS:
        raise Unknown(f"There is no environment '{name}'; there are {', '.join(ENVIRONMENTS)}.")
    return ENVIRONMENTS[name]


def compiled(name: str, environment: Environment) -> Compiled:
    """Compile a pipeline for an environment, without network or credentials."""
    if name not in PIPELINES:
        raise Unknown(f"There is no pipeline '{name}'; there are {', '.join(PIPELINES)}.")
    from pipelines.sdk.session import uploads_of  # noqa: PLC0415 - loads the SDK: seconds

    made = PIPELINES[name](environment)
    definition = str(made.definition())
    return Compiled(name=str(made.name), definition=definition, uploads=uploads_of(made))
