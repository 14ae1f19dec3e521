"""What ends a training with a reason that its user should read."""

from __future__ import annotations


class Fault(Exception):
    """The message is the job's FailureReason."""


def unparsable(name: str, fault: Exception) -> Fault:
    """A value that is not of its hyperparameter's kind."""
    return Fault(f"Hyperparameter {name}: could not parse value (caused by {type(fault).__name__})")


def refused(what: str, instead: str) -> Fault:
    """The container has it, and this one does not."""
    return Fault(f"{what} is not honoured by benchtop: {instead}, or run this on AWS.")


def spoken(fault: Exception) -> str:
    """What XGBoost says, without the addresses of its code."""
    return str(fault).partition("Stack trace:")[0].strip()
