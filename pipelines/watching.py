"""See an execution happen: its steps, and every trial with the best objective so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from pipelines import executions
from pipelines.aws import Aws

SECONDS_BETWEEN_LOOKS = 1.0
RUNNING = ("InProgress", "Starting", "Executing", "Stopping")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step as it stands."""

    name: str
    status: str
    seconds: float | None = None
    reason: str = ""
    arns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A training job of the tuning step; ``value`` is its objective, once it has one."""

    name: str
    status: str
    value: float | None = None
    reason: str = ""
    hyperparameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An execution at one moment."""

    arn: str
    status: str
    reason: str = ""
    steps: tuple[Step, ...] = ()
    trials: tuple[Trial, ...] = ()
    maximize: bool = True

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in executions.ENDED

    def leaders(self) -> list[Trial]:
        """Trials with an objective, best first."""
        scored = [each for each in self.trials if each.value is not None]
        return sorted(scored, key=lambda each: each.value or 0.0, reverse=self.maximize)


class Show(Protocol):
    """Tells a person what is seen."""

    def __call__(self, seen: Seen) -> None:
        """Take what was seen just now."""


def observe(aws: Aws, arn: str) -> Seen:
    """Look once."""
    execution = executions.describe(aws, arn)
    steps = tuple(_step(each) for each in executions.steps(aws, arn))
    job = next((each.arns["TuningJob"] for each in steps if "TuningJob" in each.arns), "")
    found = executions.trials(aws, job.rpartition("/")[2]) if job else []
    kinds = {_objective(each).get("Type") for each in found}
    return Seen(
        arn=arn,
        status=execution["PipelineExecutionStatus"],
        reason=execution.get("FailureReason", ""),
        steps=steps,
        trials=tuple(_trial(each) for each in found),
        maximize="Minimize" not in kinds,
    )


def follow(look: Callable[[], Seen], show: Show) -> Seen:
    """Look again and again until the execution has ended; what was seen last."""
    while True:
        seen = look()
        show(seen)
        if seen.ended:
            return seen
        time.sleep(SECONDS_BETWEEN_LOOKS)


def news(before: Seen | None, after: Seen) -> list[str]:
    """What a plain log says: one line for everything that changed, trials with their step."""
    was = {step.name: step.status for step in before.steps} if before else {}
    trials = _trial_news(before, after)
    lines: list[str] = []
    for step in after.steps:
        changed = [line(step)] if was.get(step.name) != step.status else []
        if "TuningJob" in step.arns:
            begun = step.status in RUNNING
            lines += [*changed, *trials] if begun else [*trials, *changed]
        else:
            lines += changed
    return lines


def _trial_news(before: Seen | None, after: Seen) -> list[str]:
    known = {trial.name for trial in before.trials if _over(trial)} if before else set()
    lines = []
    best: float | None = None
    better = max if after.maximize else min
    for place, trial in enumerate(after.trials, start=1):
        if trial.value is not None:
            best = trial.value if best is None else better(best, trial.value)
        if _over(trial) and trial.name not in known:
            so_far = "" if best is None else f"  (best so far {best:.4f})"
            lines.append(f"  trial {place:>3}  {trial.status:<10} {objective(trial)}{so_far}")
    return lines


def line(step: Step) -> str:
    """One step in one line."""
    took = "" if step.seconds is None else f"{step.seconds:6.0f} s"
    return f"{step.name:<16} {step.status:<12} {took}{'  ' + step.reason if step.reason else ''}"


def objective(trial: Trial) -> str:
    """A trial's result, in the width of any other."""
    return "     -" if trial.value is None else f"{trial.value:.4f}"


def _over(trial: Trial) -> bool:
    return trial.status not in RUNNING


def _step(found: dict[str, Any]) -> Step:
    metadata = found.get("Metadata", {})
    return Step(
        name=found["StepName"],
        status=found["StepStatus"],
        seconds=_between(found.get("StartTime"), found.get("EndTime")),
        reason=found.get("FailureReason", ""),
        arns={kind: each["Arn"] for kind, each in metadata.items() if each.get("Arn")},
    )


def _between(began: datetime | None, ended: datetime | None) -> float | None:
    return (ended - began).total_seconds() if began and ended else None


def _trial(found: dict[str, Any]) -> Trial:
    value = _objective(found).get("Value")
    return Trial(
        name=found["TrainingJobName"],
        status=found["TrainingJobStatus"],
        value=None if value is None else float(value),
        reason=found.get("FailureReason", ""),
        hyperparameters=dict(found.get("TunedHyperParameters", {})),
    )


def _objective(found: dict[str, Any]) -> dict[str, Any]:
    return dict(found.get("FinalHyperParameterTuningJobObjectiveMetric") or {})
