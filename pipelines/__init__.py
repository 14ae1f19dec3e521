"""The pipelines this project has, by name; one file each."""

from __future__ import annotations

from pipelines import arrivals
from pipelines.flights import flights

PIPELINES = {"flights": flights}

ARRIVALS = {"flights": arrivals}
"""Where a pipeline's sample data comes from, for ``run``; a pipeline with data of its own has no entry."""
