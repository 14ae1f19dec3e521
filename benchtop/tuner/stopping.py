"""Early stopping: a job that is worse than the median of those before it need not go on.

The rule is AWS's: the value just emitted at an epoch, against the median of the running averages
that completed jobs had at that epoch.
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median

PEERS = 5
"""So many completed jobs must have reached the epoch.  # AWS: unknown, its warm-up."""


def should_stop(curve: Sequence[float], completed: Iterable[Sequence[float]]) -> bool:
    """Whether a running job's losses, one for each epoch, are worse than the median's.

    Args:
        curve: of the running job; the first epoch never stops it.
        completed: the curves of the jobs that completed.
    """
    epoch = len(curve)
    if epoch <= 1:
        return False
    averages = [fmean(each[:epoch]) for each in completed if len(each) >= epoch]
    return len(averages) >= PEERS and curve[-1] > median(averages)
