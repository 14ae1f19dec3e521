"""What Bayesian search computes with: a setting, recorded on the job, never what is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from logging.handlers import QueueHandler
from pathlib import Path
from queue import Queue

import pytest
from botocore.exceptions import ClientError

from benchtop.settings import SettingsError, read_settings
from benchtop.tuner.strategies import gaussian
from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]
BAYESIAN = {f"{CONFIG}__Strategy": "Bayesian"}
TUNING = "hyper-parameter-tuning-job"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Installs what the Gaussian process needs, or removes it, as far as anybody asks."""
    return lambda there: monkeypatch.setattr(gaussian, "NEEDED", () if there else ("no_such",))


@pytest.fixture
def said() -> Iterator[Queue[logging.LogRecord]]:
    """What benchtop warns of, as it comes."""
    queue: Queue[logging.LogRecord] = Queue()
    handler, logger = QueueHandler(queue), logging.getLogger("benchtop")
    logger.addHandler(handler)
    yield queue
    logger.removeHandler(handler)


def test_the_engine_is_a_setting(tmp_path: Path) -> None:
    """TPE unless pyproject.toml says gp; anything else is refused with the choice."""
    assert read_settings(tmp_path).bayesian_engine == "tpe"
    (tmp_path / "pyproject.toml").write_text('[tool.benchtop]\nbayesian_engine = "gp"')
    assert read_settings(tmp_path).bayesian_engine == "gp"
    (tmp_path / "pyproject.toml").write_text('[tool.benchtop]\nbayesian_engine = "magic"')
    with pytest.raises(SettingsError, match="'magic'; it may be"):
        read_settings(tmp_path)


def test_an_engine_that_is_not_installed_is_refused(
    tuning: Start, installed: Callable[[bool], None]
) -> None:
    """Without its extra, a Bayesian job is refused by a sentence that names it, and no other."""
    installed(False)
    bench = tuning(bayesian_engine="gp")

    with pytest.raises(ClientError, match=r"needs no_such: install the extra, benchtop\[gp\]"):
        bench.client.create_hyper_parameter_tuning_job(**asked(**BAYESIAN))

    assert bench.records.count(TUNING) == 0
    assert bench.run(asked())["HyperParameterTuningJobStatus"] == "Completed"


def test_a_job_keeps_its_engine(tuning: Start) -> None:
    """After a restart with another setting, a job goes on with the engine that it began with."""
    limits = {"MaxNumberOfTrainingJobs": 15, "MaxParallelTrainingJobs": 1}
    request = asked(**BAYESIAN, **{f"{CONFIG}__ResourceLimits": limits})
    earlier = tuning()
    whole = earlier.run({**request, "HyperParameterTuningJobName": "whole"})
    earlier.kill()
    first = tuning(held=True)
    first.client.create_hyper_parameter_tuning_job(**request)
    held = first.started(1)
    first.kill()

    second = tuning(bayesian_engine="gp")
    second.training.finish(held[0])
    job = second.end()

    found = [each["BestTrainingJob"]["TunedHyperParameters"] for each in (whole, job)]
    assert found[0] == found[1]
    assert second.records.get(TUNING, "job").body["_engine"].endswith("TPESampler")


def test_a_job_waits_for_the_engine_it_began_with(
    tuning: Start, installed: Callable[[bool], None], said: Queue[logging.LogRecord]
) -> None:
    """With its engine gone a job neither fails nor changes over: it says so, and waits."""
    installed(True)
    first = tuning(held=True, bayesian_engine="gp")
    first.client.create_hyper_parameter_tuning_job(**asked(**BAYESIAN))
    first.started(2)
    first.kill()
    installed(False)
    second = tuning(held=True)
    second.training.finish(second.running()[0])
    assert "waits: Bayesian search by a Gauss" in said.get(timeout=20).getMessage()
    assert second.status() == "InProgress"
    second.kill()
    installed(True)

    third = tuning()
    third.training.finish(third.running()[0])

    assert third.end()["TrainingJobStatusCounters"]["Completed"] == 4


@pytest.mark.skipif(find_spec("torch") is None, reason="the extra gp (torch) is not installed")
def test_a_gaussian_process_tunes(tuning: Start) -> None:
    """With the extra, a job is searched by a Gaussian process, and its versions are recorded."""
    bench = tuning(bayesian_engine="gp")
    limits = {"MaxNumberOfTrainingJobs": 14, "MaxParallelTrainingJobs": 1}

    job = bench.run(asked(**BAYESIAN, **{f"{CONFIG}__ResourceLimits": limits}))

    body = bench.records.get(TUNING, "job").body
    best = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert "GPSampler, torch 2" in body["_engine"]
    assert best < 0.05
