"""How traffic moves from one deployment to the next: at once, by canary, or in steps."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from benchtop.desks.sagemaker.endpoints.naming import refuse_others
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.wire import Json

Alarms = Callable[[Collection[str]], Collection[str]]
"""Which of these CloudWatch alarms are in state ALARM."""
ROUTING = frozenset({"Type", "WaitIntervalInSeconds", "CanarySize", "LinearStepSize"})


class RolledBack(Exception):
    """The new deployment must not stay; the message is the endpoint's FailureReason."""


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A DeploymentConfig, read."""

    steps: tuple[float, ...] = (1.0,)
    """The new deployment's share of the traffic, step by step; the last is all of it."""
    wait: float = 0.0
    linger: float = 0.0
    limit: float = math.inf
    alarms: tuple[str, ...] = ()


def read(config: Json | None, instances: int, *, watched: bool) -> Rollout:
    """What a DeploymentConfig asks for.

    Args:
        config: the request's member.
        instances: how many instances the new deployment has, for sizes given as a count.
        watched: whether there is anybody to ask about alarms.
    """
    if not config:
        return Rollout()
    refuse_others(
        config, {"BlueGreenUpdatePolicy", "AutoRollbackConfiguration"}, "DeploymentConfig"
    )
    alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    if alarms and not watched:
        raise NotHonoured(
            "DeploymentConfig.AutoRollbackConfiguration.Alarms is not honoured by benchtop: "
            "remove it, or run this on AWS."
        )
    policy = config.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {"Type": "ALL_AT_ONCE"})
    return Rollout(
        steps=tuple(_steps(routing, instances)),
        wait=routing.get("WaitIntervalInSeconds", 0),
        linger=policy.get("TerminationWaitInSeconds", 0),
        limit=policy.get("MaximumExecutionTimeoutInSeconds", math.inf),
        alarms=tuple(alarm["AlarmName"] for alarm in alarms),
    )


def move(
    rollout: Rollout, shift: Callable[[float], None], alarmed: Alarms, closing: threading.Event
) -> None:
    """Shift the traffic step by step, with a baking time after each.

    Raises:
        RolledBack: when an alarm rings, or when it takes too long.
    """
    until = time.monotonic() + rollout.limit
    for share in rollout.steps:
        shift(share)
        last = share == rollout.steps[-1]
        _bake(rollout, rollout.linger if last else rollout.wait, until, alarmed, closing)


def _bake(
    rollout: Rollout, seconds: float, until: float, alarmed: Alarms, closing: threading.Event
) -> None:
    end = time.monotonic() + seconds
    while True:
        if rollout.alarms and (ringing := alarmed(rollout.alarms)):
            raise RolledBack(
                f"The deployment was rolled back: {', '.join(sorted(ringing))} in ALARM."
            )
        if time.monotonic() > until:
            raise RolledBack("The deployment was rolled back: it exceeded its maximum time.")
        if time.monotonic() >= end:
            return
        closing.wait(min(1.0, end - time.monotonic()))
        if closing.is_set():
            raise Interrupted


class Interrupted(Exception):
    """Benchtop stops: the rollout goes on when it starts again."""


def _steps(routing: Json, instances: int) -> Iterator[float]:
    refuse_others(routing, ROUTING, "TrafficRoutingConfiguration")
    match routing["Type"]:
        case "CANARY":
            yield _share(routing, "CanarySize", instances)
        case "LINEAR":
            step = _share(routing, "LinearStepSize", instances)
            yield from (step * count for count in range(1, math.ceil(1 / step)))
        case _:
            pass
    yield 1.0


def _share(routing: Json, member: str, instances: int) -> float:
    size = routing.get(member)
    if size is None:
        raise ValidationException(f"TrafficRoutingConfiguration {routing['Type']} needs {member}.")
    whole = 100 if size["Type"] == "CAPACITY_PERCENT" else max(instances, 1)
    share: float = size["Value"] / whole
    # AWS: at most half, as the CapacitySize of the service model says.
    if not 0 < share <= 0.5:  # noqa: PLR2004
        raise ValidationException(f"{member} must be more than 0 and at most 50% of the capacity.")
    return share
