"""One rule of SageMaker's, as a row of a table: what is asked, and what must come of it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from benchtop.wire import Json

CREATE = "CreateHyperParameterTuningJob"
TRAIN = "CreateTrainingJob"
CHILD: tuple[str, Json] = ("child", {})
"""Asks for the first training job of the tuning job, described, with its tags."""
DESCRIBE = "DescribeHyperParameterTuningJob"
INVALID = "ValidationException"

SHORT = {
    "C": "HyperParameterTuningJobConfig",
    "D": "TrainingJobDefinition",
    "R": "HyperParameterTuningJobConfig.ParameterRanges",
    "L": "HyperParameterTuningJobConfig.ResourceLimits",
    "N": "HyperParameterTuningJobName",
}
"""First parts of paths that rows use most."""


class Presence:
    """Whether a member must be there, whatever it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


GONE = Presence("absent")
ANY = Presence("present")


@dataclass(frozen=True)
class Like:
    """A value of which only a regular expression is known."""

    pattern: str


@dataclass(frozen=True)
class Same:
    """The value at another path."""

    path: str


Step = str | tuple[str, Json]
"""An operation that must succeed, with its request; or a word of the bench, such as ``work``."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row."""

    id: str
    section: str
    """Of the reference on Automatic Model Tuning."""
    what: str
    """The rule in one line, as the page of rules tells it."""
    operation: str = CREATE
    change: Json = field(default_factory=dict)
    """Members of a valid request that are set, or taken away; or the whole request of others."""
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    """What happens once the operation was accepted, before ``ask`` is asked."""
    ask: tuple[str, Json] | None = None
    """What is asked in the end; a tuning job that was created is described."""
    code: str = ""
    message: str = ""
    """A part of the message of a refusal."""
    shows: Json = field(default_factory=dict)
    """What the answer shows: values by path."""
    by: str = ""
    """``boto3`` where the client refuses by itself; ``benchtop`` where only Benchtop does."""

    @property
    def verdict(self) -> str:
        """In one word, what becomes of the request."""
        if self.by == "benchtop":
            return "not honoured"
        return "refused" if self.code else "accepted"


def refused(
    name: str, section: str, what: str, message: str, change: Json | None = None, **more: Any
) -> Rule:
    """A rule that refuses a tuning job."""
    more.setdefault("code", INVALID)
    return Rule(id=name, section=section, what=what, message=message, change=change or {}, **more)


def accepted(
    name: str,
    section: str,
    what: str,
    shows: Json | None = None,
    change: Json | None = None,
    **more: Any,
) -> Rule:
    """A rule that accepts a tuning job, and tells what Describe shows of it."""
    return Rule(id=name, section=section, what=what, shows=shows or {}, change=change or {}, **more)


def changed(request: Json, change: Json) -> Json:
    """A request with other members; paths are dotted, numbers count list items from 0."""
    after = deepcopy(request)
    for path, value in change.items():
        *parents, last = parts(path)
        target: Any = after
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
        if value is GONE:
            target.pop(last, None)
        elif isinstance(target, list):
            target[int(last)] = deepcopy(value)
        else:
            target[last] = deepcopy(value)
    return after


def parts(path: str) -> list[str]:
    """A path's parts, the short first one written out."""
    first, dot, rest = path.partition(".")
    return f"{SHORT.get(first, first)}{dot}{rest}".split(".")


def at(answer: Any, path: str) -> Any:
    """What stands at a path of an answer, or ``GONE``; ``#`` counts."""
    for part in parts(path):
        if part == "#":
            return len(answer)
        if isinstance(answer, list):
            if int(part) >= len(answer):
                return GONE
            answer = answer[int(part)]
        elif part in answer:
            answer = answer[part]
        else:
            return GONE
    return answer
