"""What the tuner knows of a training job: its values, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One configuration that was tried, or is being tried.

    Losses are objectives to be minimised: the caller turns the sign of what it maximises.
    """

    number: int
    """Its place in the job, from 1; trials of parent jobs come before, from 0 downwards."""
    values: Mapping[str, str]
    loss: float | None = None
    """The final objective; None while it runs, or when it failed."""
    curve: tuple[float, ...] = ()
    """The objective after each epoch."""
    definition: str = ""
    """The name of its training job definition, where the job has several."""
