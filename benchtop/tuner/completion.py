"""When a tuning job is over: by count, time, target, stagnation, convergence or failure.

Limits are what the request asks for; progress is what has happened; ``ending`` compares them.
Losses are objectives to be minimised.
"""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 5
"""So many failed jobs, with none that succeeded, fail a tuning job."""
GAIN = 0.01
"""An improvement counts when it is more than this share of the best so far."""

NONE_SUCCEEDED = (
    "No training job succeeded after 5 attempts. For additional details, please take a look at "
    "the training job failures by listing training jobs for the hyperparameter tuning job."
)
ALL_FAILED = (
    "All training jobs failed. For additional details, please take a look at the training job "
    "failures by listing training jobs for the hyperparameter tuning job."
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What ends a tuning job; what is None does not."""

    jobs: int
    parallel: int
    seconds: float | None = None
    target_loss: float | None = None
    stalled: int | None = None
    """End after so many jobs in a row that did not improve."""
    complete_on_convergence: bool = False
    dimensions: int = 1


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What has happened in a tuning job so far."""

    elapsed: float = 0.0
    """Seconds since the job was created."""
    launched: int = 0
    running: int = 0
    succeeded: int = 0
    """Training jobs that completed, with an objective or without."""
    failed: int = 0
    best_loss: float | None = None
    stalled: int = 0
    """Jobs in a row, up to now, that did not improve on the best before them."""
    exhausted: bool = False
    """Whether the strategy has nothing left to try."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a tuning job ends."""

    status: str = "Completed"
    reason: str = ""
    """AWS's FailureReason, when it failed."""
    stops_running: bool = False
    """Whether training jobs that still run are stopped, or may finish."""


def ending(limits: Limits, progress: Progress) -> Ending | None:
    """How the job ends, as soon as that is decided; jobs may be running still."""
    if progress.failed >= FAILURES and progress.succeeded == 0 and progress.best_loss is None:
        return Ending(status="Failed", reason=NONE_SUCCEEDED)
    # AWS: unknown, whether running jobs may finish; it stopped them when time was up.
    if _reached(limits, progress):
        return Ending(stops_running=True)
    if progress.launched < limits.jobs and not progress.exhausted:
        return None
    if progress.running:
        return None
    if progress.launched and progress.failed == progress.launched:
        # AWS: unknown, for fewer than five jobs; a job without any result is not a success.
        return Ending(status="Failed", reason=ALL_FAILED)
    return Ending()


def _reached(limits: Limits, progress: Progress) -> bool:
    best, target = progress.best_loss, limits.target_loss
    return (
        (target is not None and best is not None and best <= target)
        or (limits.seconds is not None and progress.elapsed >= limits.seconds)
        or (limits.stalled is not None and progress.stalled >= limits.stalled)
        or (limits.complete_on_convergence and converged(limits.dimensions, progress.stalled))
    )


def converged(dimensions: int, stalled: int) -> bool:
    """Whether enough jobs in a row brought nothing to call the search converged.

    # AWS: its own test is unknown; "significant" is said to be more than 1%.
    """
    return stalled >= max(10, 2 * dimensions)


def improves(loss: float, best: float | None) -> bool:
    """Whether a loss beats the best before it by more than a hundredth of it."""
    return best is None or best - loss > GAIN * abs(best)
