"""The pipelines this project has, by name; one file each."""

from __future__ import annotations

from pipelines import arrivals
from pipelines.flights import flights

PIPELINES = {"flights": flights}

ARRIVALS = {"flights": arrivals}
"""Where a pipeline's sample data comes from, for ``run``; one with its own data has none."""
