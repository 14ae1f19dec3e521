"""Faults on request: a share of the Create calls is refused as AWS refuses them now and then.

Which calls are refused follows from the name of what is to be created and from how often it was
asked for, so that a run can be repeated, and a call that is tried again may succeed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping

from benchtop.dice import stem, throw
from benchtop.door.refusals import Refusal, ResourceLimitExceeded, ThrottlingException
from benchtop.wire import Json

LIMITED = {
    "CreateTrainingJob": "Number of instances across all training jobs",
    "CreateProcessingJob": "Number of instances across all processing jobs",
    "CreateHyperParameterTuningJob": "Number of instances across all training jobs",
    "CreateEndpoint": "Number of instances across active endpoints",
}
"""The operations that take instances, and the quota that is said to be used up."""

log = logging.getLogger(__name__)


class Trouble:
    """Refuses some requests.

    ``throttling`` is the share of Create calls refused with ThrottlingException, ``limit`` the
    share of those that take instances refused with ResourceLimitExceeded; 0 to 1.
    """

    def __init__(self, rates: Mapping[str, float]) -> None:
        self._throttling = rates.get("throttling", 0.0)
        self._limit = rates.get("limit", 0.0)
        self._asked: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def __call__(self, operation: str, request: Json) -> None:
        """Refuse the request, or let it pass."""
        if not operation.startswith("Create"):
            return
        name = _name(operation, request)
        with self._lock:
            self._asked[operation, stem(name)] += 1
            time = self._asked[operation, stem(name)]
        for kind, rate in (("throttling", self._throttling), ("limit", self._limit)):
            refusal = _refusal(kind, operation)
            if refusal and throw(kind, operation, stem(name), time) < rate:
                log.warning("Fault on request: %s %s: %s.", operation, name, refusal.code)
                raise refusal


def _refusal(kind: str, operation: str) -> Refusal | None:
    if kind == "throttling":
        return ThrottlingException("Rate exceeded")
    quota = LIMITED.get(operation)
    if quota is None:
        return None
    return ResourceLimitExceeded(
        f"The account-level service limit '{quota}' is 0 Instances, with current utilization of 0 "
        "Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request "
        "an increase for this quota. If AWS Service Quotas is not available, contact AWS support "
        "to request an increase for this quota."
    )


def _name(operation: str, request: Json) -> str:
    """The name of what is to be created, or whatever name the request has."""
    own = request.get(f"{operation.removeprefix('Create')}Name")
    names = (value for member, value in sorted(request.items()) if member.endswith("Name"))
    return str(own or next(names, ""))
