"""How a training of the built-in algorithm is stopped, and goes on: amt.md section 9.3."""

from __future__ import annotations

from typing import Any

import pytest

from benchtop.store.s3.objects import Objects
from tests.benchtop.runner.builtin.conftest import BINARY
from tests.benchtop.runner.builtin.test_training import booster, finals

LONG = {**BINARY, "num_round": "1000000", "eval_metric": "auc"}


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("saving", ["true", "false"])
def test_a_stop_leaves_a_model_if_that_was_asked_for(
    sagemaker: Any, finished: Any, asked: Any, objects: Objects, saving: str
) -> None:
    """§9.3: save_model_on_termination ends a SIGTERM well, with the model of the last round."""
    sagemaker.create_training_job(
        **asked(HyperParameters={**LONG, "save_model_on_termination": saving})
    )
    finished(until=lambda job: job.get("FinalMetricDataList"))

    sagemaker.stop_training_job(TrainingJobName="job")

    job = finished()
    assert job["TrainingJobStatus"] == "Stopped"
    left = [each.key for each in objects.each("bucket", "out/job/")]
    assert left == (["out/job/output/model.tar.gz"] if saving == "true" else [])
    if left:
        assert booster(objects).num_boosted_rounds() > 0


@pytest.mark.usefixtures("data")
def test_a_later_job_goes_on_from_the_newest_checkpoint(
    ran: Any, asked: Any, objects: Objects, put: Any, said: Any
) -> None:
    """§9.3: the five newest are kept, and a broken one is passed over."""
    config = {"S3Uri": "s3://bucket/checkpoints/"}
    first = ran(
        asked("first", CheckpointConfig=config, HyperParameters={**BINARY, "num_round": "7"})
    )
    kept = sorted(each.key for each in objects.each("bucket", "checkpoints/"))
    put("checkpoints/xgboost-checkpoint.7", b"half a checkpoi")
    more = {**BINARY, "num_round": "10"}

    ran(asked("second", CheckpointConfig=config, HyperParameters=more))
    whole = ran(asked("whole", HyperParameters=more))

    assert first["TrainingJobStatus"] == "Completed"
    assert kept == [f"checkpoints/xgboost-checkpoint.{number}" for number in range(2, 7)]
    lines = [
        line.partition("#")[0] for line in said("second") if line.startswith("[") and "#011" in line
    ]
    assert lines == ["[7]", "[8]", "[9]"]
    assert any("Resuming from iteration 7" in line for line in said("second"))
    assert booster(objects, "second").get_dump() == booster(objects, "whole").get_dump()
    assert finals(whole)
