"""The benchmarks of speed run: their figures are for those who run them, on a quiet machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import many, suggestion


def test_many_jobs_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real jobs run, and their cost, benchtop's memory and their rate are told."""
    monkeypatch.setattr(many, "JOBS", 12)
    monkeypatch.setattr(many, "PART", 4)

    cost, memory, rate = many.measure(tmp_path)

    assert cost.what == "processor time of a job, last 4 of 12"
    assert memory.value > 10
    assert rate.value > 0


def test_a_suggestion_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer and the suggestion are timed, of a long tuning job and of a short one."""
    monkeypatch.setattr(suggestion, "JOBS", 110)
    monkeypatch.setattr(suggestion, "TIMES", 1)

    rows = list(suggestion.measure(tmp_path))

    assert [each.limit_value for each in rows] == [10.0] * 7 + [50.0, None]
    assert all(each.value > 0 for each in rows)
