"""A definition as the SDK compiles it, run to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchtop.store.records import Record, Search

ROOT = Path(__file__).parents[2] / "interpreter" / "definitions"
GOOD = json.dumps({"metrics": {"auc": {"value": 0.91}}})
BAD = json.dumps({"metrics": {"auc": {"value": 0.5}}})


@pytest.fixture
def tuned(bench: Any, tmp_path: Path) -> Any:
    """Run the tuning pipeline up to its evaluation, and leave a report there."""

    def run(report: str, **parameters: str) -> str:
        bench.client.create_pipeline(
            PipelineName="p",
            RoleArn="arn:aws:iam::000000000000:role/benchtop",
            PipelineDefinition=(ROOT / "tune_and_deploy.json").read_text(),
        )
        arn = bench.start(**parameters)
        bench.end("preprocess")
        job = bench.records.search(_tuning())[0]
        for name, score in (("worse", 0.7), ("best", 0.9)):
            _trial(bench, job.arn, name, score)
        bench.end("tune")
        where = bench.fake.requests("CreateProcessingJob")[1]["ProcessingOutputConfig"]["Outputs"]
        bench.put(f"{where[0]['S3Output']['S3Uri']}/evaluation.json", report, tmp_path)
        bench.end("evaluate")
        return arn

    return run


def _tuning() -> Any:
    return Search(kind="hyper-parameter-tuning-job")


def _trial(bench: Any, parent: str, name: str, score: float) -> None:
    bench.records.add(
        Record(
            kind="training-job", name=name, arn=bench.place.arn("training-job", name),
            status="Completed", parent=parent, score=score, body={"TrainingJobName": name},
        )
    )  # fmt: skip


def test_a_good_model_is_registered_and_deployed(tuned: Any, bench: Any) -> None:
    """All eleven steps of a compiled pipeline take the branch that the report calls for."""
    arn = tuned(GOOD)
    bench.end("hpo-endpoint")

    assert bench.status(arn) == "Succeeded"
    assert set(bench.statuses(arn).values()) == {"Succeeded"}
    assert bench.steps(arn)["CheckAuc"]["Metadata"]["Condition"]["Outcome"] == "True"
    assert "Fail" not in bench.steps(arn)


def test_the_best_training_job_is_the_one_that_goes_on(tuned: Any, bench: Any) -> None:
    """``TrainingJobSummaries[0]`` is the job with the best objective."""
    tuned(GOOD)

    model = bench.fake.requests("CreateModel")[0]["PrimaryContainer"]["ModelDataUrl"]
    assert model == "s3://my-bucket/models/best/output/model.tar.gz"


def test_a_bad_model_fails_with_the_authors_message(tuned: Any, bench: Any) -> None:
    """The Fail step's message is shown, and nothing is registered."""
    arn = tuned(BAD)

    failed = bench.steps(arn)["Fail"]
    assert bench.status(arn) == "Failed"
    assert failed["Metadata"]["Fail"]["ErrorMessage"] == failed["FailureReason"]
    assert failed["FailureReason"] == "AUC below 0.8"
    assert bench.fake.requests("CreateModelPackage") == []


def test_numbers_reach_the_api_as_the_api_wants_them(tuned: Any, bench: Any) -> None:
    """Integer parameters are numbers where the API wants numbers, whatever was given at start."""
    tuned(GOOD, MaxJobs="7", RandomSeed="3")

    config = bench.fake.requests("CreateHyperParameterTuningJob")[0]
    limits = config["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits["MaxNumberOfTrainingJobs"] == 7
    assert config["HyperParameterTuningJobConfig"]["RandomSeed"] == 3
