"""What train.py promises."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

METRIC = re.compile(r"validation-auc:([0-9\.]+)")


def test_each_round_prints_the_objective(scripts: Any, prepared: Path, tmp_path: Path) -> None:
    """
    The metric's regular expression finds one value per round, and the model has learned.
    """
    done = scripts.run("train.py", *scripts.train_arguments(prepared, tmp_path, num_round=5))

    values = [float(each) for each in METRIC.findall(done.stdout)]
    assert done.returncode == 0, done.stderr
    assert len(values) == 5
    assert values[-1] > 0.65


def test_the_model_folder_serves_by_itself(trained: Path) -> None:
    """
    It holds the model, the encoding and the serving code.
    """
    files = (path for path in trained.rglob("*") if path.is_file() and path.suffix != ".pyc")
    found = {path.relative_to(trained).as_posix() for path in files}

    assert found == {"xgboost-model", "encoder.json", "code/inference.py", "code/features.py"}


def test_folders_come_from_sagemakers_variables(
    scripts: Any, prepared: Path, tmp_path: Path
) -> None:
    """
    Without arguments, the script finds its channels and its model folder as SageMaker names them.
    """
    channels = {f"SM_CHANNEL_{n.upper()}": str(prepared / n) for n in ("train", "validation")}
    channels["SM_CHANNEL_ENCODER"] = str(prepared / "encoder")

    done = scripts.run("train.py", "--num_round", 2, **channels, SM_MODEL_DIR=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "xgboost-model").is_file()


def test_it_goes_on_from_a_checkpoint(scripts: Any, prepared: Path, tmp_path: Path) -> None:
    """
    A second start does only the rounds that are missing.
    """
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    asked = {"checkpoint_dir": checkpoints, "checkpoint_every": 2}
    scripts.run(
        "train.py", *scripts.train_arguments(prepared, tmp_path / "a", num_round=4, **asked)
    )

    done = scripts.run(
        "train.py", *scripts.train_arguments(prepared, tmp_path / "b", num_round=6, **asked)
    )

    assert [each.name for each in checkpoints.iterdir()] == ["round-000006.ubj"]
    assert "goes on from round-000004.ubj" in done.stdout
    assert len(METRIC.findall(done.stdout)) == 2


def test_a_trial_never_goes_on_from_another_trial(
    scripts: Any, prepared: Path, tmp_path: Path
) -> None:
    """
    Trials that share a checkpoint folder keep their own checkpoints.
    """
    (tmp_path / "checkpoints").mkdir()
    asked = {"checkpoint_dir": tmp_path / "checkpoints", "checkpoint_every": 1, "num_round": 2}
    scripts.run(
        "train.py", *scripts.train_arguments(prepared, tmp_path, **asked), TRAINING_JOB_NAME="one"
    )

    done = scripts.run(
        "train.py", *scripts.train_arguments(prepared, tmp_path, **asked), TRAINING_JOB_NAME="two"
    )

    assert "goes on" not in done.stdout
    assert len(METRIC.findall(done.stdout)) == 2


def test_sigterm_keeps_the_model_so_far(scripts: Any, prepared: Path, tmp_path: Path) -> None:
    """
    Asked to end, the script saves what it has and reports success.
    """
    asked = scripts.train_arguments(prepared, tmp_path, num_round=1_000_000)
    command = [sys.executable, str(scripts.folder / "train.py"), *map(str, asked)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        training.stdout.readline()
        training.send_signal(signal.SIGTERM)
        rest = training.stdout.read()

    assert training.returncode == 0
    assert "the model so far is kept" in rest
    assert (tmp_path / "xgboost-model").is_file()


def test_missing_data_is_a_sentence(scripts: Any, tmp_path: Path) -> None:
    """
    Nothing to read is said in one line.
    """
    done = scripts.run("train.py", *scripts.train_arguments(tmp_path, tmp_path))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "encoder.json" in done.stderr
