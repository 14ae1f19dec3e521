"""When a failed step is tried again, and how long an earlier result may be used instead.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchtop.interpreter.faults import DefinitionFault
from benchtop.wire import Json

SERVICE_FAULT = "Step.SERVICE_FAULT"
THROTTLING = "Step.THROTTLING"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
EXCEPTIONS = (SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT)

# AWS: it retries service faults and throttling without being asked; unknown, how often.
BY_ITSELF: Json = {"ExceptionType": [SERVICE_FAULT, THROTTLING], "MaxAttempts": 3}

REASONS = (
    (CAPACITY_ERROR, re.compile(r"CapacityError|InsufficientCapacity")),
    (RESOURCE_LIMIT, re.compile(r"ResourceLimitExceeded")),
    (INTERNAL_ERROR, re.compile(r"InternalServer(Error|Exception)|InternalFailure")),
)
DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
DAYS = (365, 30, 7, 1)
CODES = {
    "ThrottlingException": THROTTLING,
    "Throttling": THROTTLING,
    "TooManyRequestsException": THROTTLING,
    "ResourceLimitExceeded": RESOURCE_LIMIT,
}


def refused_as(code: str, status: int) -> str | None:
    """The exception type of a request that was refused, if it is one that can be retried."""
    return CODES.get(code) or (SERVICE_FAULT if status >= 500 else None)  # noqa: PLR2004 - HTTP


def failed_as(step_type: str, reason: str) -> str | None:
    """The exception type of a job that failed, from its FailureReason."""
    found = next((kind for kind, pattern in REASONS if pattern.search(reason)), None)
    # AWS: tuning retries inside itself, and its step does not.
    return None if found == INTERNAL_ERROR and step_type == "Tuning" else found


def try_again(
    policies: Sequence[Json], exception: str | None, attempts: int, began: float, now: float
) -> float | None:
    """When to try again after *attempts* attempts, the first at *began*; None: not at all."""
    for policy in (*policies, BY_ITSELF):
        if exception in _exceptions(policy):
            return _next(policy, attempts, began, now)
    return None


def _next(policy: Json, attempts: int, began: float, now: float) -> float | None:
    rate = float(policy.get("BackoffRate", 2.0))
    # 2**40 seconds are longer than anything lives; a larger power overflows.
    at = now + float(policy.get("IntervalSeconds", 1)) * min(rate ** min(attempts - 1, 40), 2**40)
    limit, minutes = policy.get("MaxAttempts"), policy.get("ExpireAfterMin")
    # AWS: unknown, whether MaxAttempts counts the first attempt; "retry attempts" says it does not.
    if limit is not None and attempts > int(limit):
        return None
    if minutes is not None and at > began + 60 * float(minutes):
        return None
    return at


def _exceptions(policy: Json) -> list[str]:
    kinds = policy.get("ExceptionType", [])
    return list(kinds) if isinstance(kinds, list) else [kinds]


def check(step: str, policies: Sequence[Json]) -> None:
    """Refuse a retry policy that cannot be followed.

    Raises:
        DefinitionFault: names the step and the member.
    """
    for policy in policies:
        for kind in _exceptions(policy):
            if kind not in EXCEPTIONS:
                raise DefinitionFault(
                    f"Step {step} retries {kind!r}; ExceptionType may be {list(EXCEPTIONS)}."
                )
        for member in ("IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"):
            _check_number(step, member, policy.get(member, 0))


def _check_number(step: str, member: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise DefinitionFault(f"Step {step}: {member} is {value!r}; it must be a number from 0.")


def check_cache(step: str, cache: Any) -> None:
    """Refuse a CacheConfig that cannot be followed.

    Raises:
        DefinitionFault: names the step and the member.
    """
    if cache is None:
        return
    if not isinstance(cache, dict) or not isinstance(cache.get("Enabled"), bool):
        raise DefinitionFault(f"Step {step}: CacheConfig needs Enabled, true or false.")
    try:
        seconds(cache.get("ExpireAfter", "P1D"))
    except ValueError as fault:
        raise DefinitionFault(f"Step {step}: ExpireAfter {fault}.") from None


def seconds(duration: Any) -> float:
    """The length of an ISO 8601 duration such as ``P30D`` or ``PT1H30M``; a year is 365 days.

    Raises:
        ValueError: when it is not one.
    """
    written = str(duration).upper()
    # AWS's own samples write "30d" for P30D, and the service takes it.
    found = DURATION.fullmatch(written if written.startswith("P") else f"P{written}")
    if found is None or not any(found.groups()):
        raise ValueError(f"{duration!r} is not an ISO 8601 duration such as P30D or PT1H")
    numbers = [int(each or 0) for each in found.groups()]
    days = sum(number * length for number, length in zip(numbers[:4], DAYS, strict=True))
    try:
        hours, minutes, rest = numbers[4:]
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=rest).total_seconds()
    except OverflowError:
        raise ValueError(f"{duration!r} is longer than anything lives") from None
