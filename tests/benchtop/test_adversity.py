"""Interruptions, faults and quotas as a user asks for them: by flags, by settings, in one bench."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchtop.__main__ import main, parser, settings_for
from benchtop.bench import Bench, CannotStart
from benchtop.settings import Settings, SettingsError, read_settings

EPOCHS = (
    "f=/opt/ml/checkpoints/epoch; begun=$(cat $f 2>/dev/null || echo 0); for e in 1 2 3; do "
    "[ $e -gt $begun ] || continue; echo $e > $f; sleep 0.5; done"
)
LUCKY = "resumes-32"
"""At 30 interruptions a minute it loses its instance after 0.9 s, and not again for 9 s."""


def job(name: str, **members: Any) -> Any:
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::000000000000:role/benchtop",
        "AlgorithmSpecification": {
            "TrainingImage": "sagemaker-xgboost:1",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["sh", "-c", EPOCHS],
        },
        "OutputDataConfig": {"S3OutputPath": "s3://sagemaker-us-east-1-000000000000/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **members,
    }  # fmt: skip


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts benchtop with settings; a client of its SageMaker."""
    benches: list[Bench] = []

    def start(**given: Any) -> Any:
        bench = Bench(Settings(state=tmp_path / "state", port=0, **given))
        bench.start(lasting=False)
        benches.append(bench)
        return bench.client("sagemaker")

    (tmp_path / "state").mkdir()
    yield start
    for bench in benches:
        bench.stop()


def ended(sagemaker: Any, name: str) -> Any:
    end = time.monotonic() + 20
    while (found := sagemaker.describe_training_job(TrainingJobName=name))[
        "TrainingJobStatus"
    ] == "InProgress":
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def test_a_spot_job_shows_that_its_script_resumes(started: Any) -> None:
    """With --spot-interruptions a checkpointing script is interrupted, resumes and ends."""
    sagemaker = started(spot_interruptions=30.0)
    wait = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    kept = {"S3Uri": "s3://sagemaker-us-east-1-000000000000/kept"}

    sagemaker.create_training_job(
        **job(LUCKY, EnableManagedSpotTraining=True, StoppingCondition=wait, CheckpointConfig=kept)
    )
    found = ended(sagemaker, LUCKY)

    assert found["TrainingJobStatus"] == "Completed"
    phases = [each["Status"] for each in found["SecondaryStatusTransitions"]]
    assert phases.count("Interrupted") == 1
    assert found["BillableTimeInSeconds"] < found["TrainingTimeInSeconds"]


def test_faults_and_quotas_reach_the_jobs(started: Any) -> None:
    """The settings of faults and quotas hold for what clients ask."""
    sagemaker = started(faults={"internal": 1.0}, quotas={"L-611FA074": 1})

    sagemaker.create_training_job(**job("broken"))

    assert ended(sagemaker, "broken")["FailureReason"].startswith("InternalServerError")
    two = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
    with pytest.raises(sagemaker.exceptions.ResourceLimitExceeded):
        sagemaker.create_training_job(**job("another", ResourceConfig=two))


def test_a_wrong_quota_keeps_benchtop_from_starting(started: Any) -> None:
    """A quota that there is not is told in a sentence."""
    with pytest.raises(CannotStart, match="There is no quota 'L-1' of SageMaker"):
        started(quotas={"L-1": 1})


def test_flags_become_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each flag of `benchtop up` overrides what the project's settings say."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.benchtop]\nspot_interruptions = 9\n[tool.benchtop.quotas]\nL-611FA074 = 2\n"
    )
    words = "up --spot-interruptions 2 --fault internal=0.2 --fault capacity=1 --quotas"

    settings = settings_for(parser().parse_args(words.split()))

    assert settings.spot_interruptions == 2
    assert settings.faults == {"internal": 0.2, "capacity": 1}
    assert (settings.enforce_quotas, settings.quotas) == (True, {"L-611FA074": 2})
    assert settings_for(parser().parse_args(["up"])).spot_interruptions == 9


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"faults": {"thunder": 0.1}}, "There is no fault 'thunder'"),
        ({"faults": {"internal": 1.1}}, "it may be 0 to 1"),
        ({"faults": {"internal": float("nan")}}, "it may be 0 to 1"),
        ({"spot_interruptions": -1}, "interruptions per minute, from 0"),
        ({"quotas": {"L-1": "many"}}, "The quota 'L-1' is 'many'"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, given: Any, words: str) -> None:
    """A sentence says which setting is wrong, and what it may be."""
    with pytest.raises(SettingsError, match=words):
        read_settings(tmp_path, **given)


@pytest.mark.parametrize("words", ["--fault internal", "--fault =", "--fault internal=often"])
def test_a_wrong_fault_is_told(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is no KIND=RATE ends with an example of one."""
    with pytest.raises(SystemExit):
        main(["up", *words.split()])

    assert "is not KIND=RATE, such as internal=0.2" in capsys.readouterr().err


def test_flags_of_run_do_not_change_a_benchtop_that_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`benchtop run --fault …` beside a lasting `benchtop up` is refused, not ignored."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state").mkdir()
    bench = Bench(Settings(state=tmp_path / "state", port=0))
    bench.start(lasting=True)

    status = main(["run", "--state", "state", "--fault", "internal=1", "--", "true"])
    bench.stop()

    assert status == 2
    assert "--fault belongs to the `benchtop up` that runs" in capsys.readouterr().err
