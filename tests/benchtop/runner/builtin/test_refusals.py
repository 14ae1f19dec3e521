"""What the built-in algorithm refuses, in the container's words: amt.md sections 9.1 and 9.2."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.benchtop.runner.builtin.conftest import BINARY, channel

MULTI = "Require input for parameter 'num_class' for multi-classification"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"num_round": None}, "Missing required hyperparameter: num_round"),
    ({"depth": "3"}, "Extraneous hyperparameter found: depth"),
    ({"sagemaker_region": "x"}, "Extraneous hyperparameter found: sagemaker_region"),
    ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
    ({"num_round": "1.5"}, "Hyperparameter num_round: could not parse value"),
    ({"eta": "1.5"}, "Hyperparameter eta: 1.5 is not in [0, 1]"),
    ({"learning_rate": "-1"}, "Hyperparameter eta: -1.0 is not in [0, 1]"),
    ({"eta": "fast"}, "Hyperparameter eta: could not parse value"),
    ({"eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
    ({"min_split_loss": "-1"}, "Hyperparameter gamma: -1.0 is not in [0, +inf)"),
    ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
    ({"sketch_eps": "1"}, "Hyperparameter sketch_eps: 1.0 is not in (0, 1)"),
    ({"scale_pos_weight": "0"}, "Hyperparameter scale_pos_weight: 0.0 is not in (0, +inf)"),
    ({"verbosity": "4"}, "Hyperparameter verbosity: 4 is not in [0, 3]"),
    ({"booster": "forest"}, "Hyperparameter booster: forest is not in ['gbtree', 'gblinear', 'da"),
    ({"tweedie_variance_power": "2"}, "tweedie_variance_power: 2.0 is not in (1, 2)"),
    ({"csv_weights": "2"}, "Hyperparameter csv_weights: 2 is not in [0, 1]"),
    ({"num_class": "1"}, "Hyperparameter num_class: 1 is not in [2, +inf)"),
    ({"objective": "multi:softprob"}, MULTI),
    ({"objective": "no:such"}, "Hyperparameter objective: no:such is not in ['aft_loss"),
    ({"eval_metric": "auc,best"}, "Hyperparameter eval_metric: value ['auc', 'best'] not in range"),
    ({"eval_metric": "auc@1"}, "Metric 'auc@1' is not supported. Parameter 'eval_metric' with"),
    ({"eval_metric": "error@x"}, "Threshold value 't' in 'error@t' expects float input."),
    ({"objective": "reg:squarederror", "eval_metric": "auc"},
     "Metric 'auc' can only be applied for classification and ranking problems."),
    ({"eval_metric": "aft-nloglik"}, "can only be applied for 'survival:aft' objective."),
    ({"_tuning_objective_metric": "train:auc"}, "_tuning_objective_metric: train:auc is not in ["),
    ({"monotone_constraints": "(1,0,0)"}, "monotone_constraints can be used only when the tree_m"),
    ({"monotone_constraints": "__import__('os')"}, "monotone_constraints: could not parse value"),
    ({"interaction_constraints": "[[1,2]]"}, "interaction_constraints can be used only when"),
    ({"updater": "shotgun"}, "Tree updater should be selected from these options:"),
    ({"booster": "gblinear", "updater": "prune"}, "Linear updater should be one of these option"),
    ({"process_type": "update", "updater": "grow_colmaker"}, "process_type 'update' can only be"),
    ({"save_model_on_termination": "yes"}, "save_model_on_termination: yes is not in ['true',"),
    ({"_kfold": "1"}, "Hyperparameter _kfold: 1 is not in [2, +inf)"),
    ({"tree_method": "gpu_hist"}, "tree_method gpu_hist is not honoured by benchtop: use hist"),
]  # fmt: skip


@pytest.mark.usefixtures("data")
def test_hyperparameters_are_refused_in_the_containers_words(
    sagemaker: Any, finished: Any, asked: Any
) -> None:
    """§9.2: each broken rule is the FailureReason of a job that ends with exit code 1."""
    for number, (change, _) in enumerate(WRONG):
        given = {**BINARY, **change}
        kept = {name: value for name, value in given.items() if value is not None}
        sagemaker.create_training_job(**asked(f"job-{number}", HyperParameters=kept))
    for number, (change, sentence) in enumerate(WRONG):
        job = finished(f"job-{number}")
        assert job["TrainingJobStatus"] == "Failed", change
        assert job["FailureReason"].startswith("AlgorithmError: "), change
        assert sentence in job["FailureReason"], change
        assert job["FailureReason"].endswith(", exit code: 1")


def test_channels_are_refused_in_the_containers_words(
    sagemaker: Any, finished: Any, asked: Any, put: Any
) -> None:
    """§9.1: missing, unknown and empty channels, unknown types, and files that are hidden."""
    for name in ("train", "validation", "test", "empty", "hidden"):
        put(f"data/{name}/a.csv", "" if name == "empty" else "1,2,3\n")
    put("data/hidden/.b.csv", "1,2,3\n")
    moved = channel("hidden") | {"ChannelName": "train"}
    empty = channel("empty") | {"ChannelName": "validation"}
    wrong = [
        ([channel("validation")], "Missing required channel: train"),
        ([channel("train"), channel("test")], "Extraneous channel found: test"),
        ([channel("train", "text/tsv")], "text/tsv is not an accepted ContentType: csv, libsvm, "),
        ([channel("train", "text/csv; label_size=2")], "label_size must be equal to 1"),
        ([moved], "Hidden file found in the data path! Remove that before training."),
        ([channel("train"), empty], "No data in validation channel path /opt/ml/input/data/valid"),
    ]
    for number, (channels, _) in enumerate(wrong):
        sagemaker.create_training_job(**asked(f"job-{number}", InputDataConfig=channels))
    for number, (_, sentence) in enumerate(wrong):
        assert sentence in finished(f"job-{number}")["FailureReason"]


def test_recordio_is_refused_at_once(sagemaker: Any, asked: Any) -> None:
    """§9.1: what is not read here is refused by name, and no job is left."""
    protobuf = channel("train", "application/x-recordio-protobuf")
    with pytest.raises(ClientError, match="ContentType application/x-recordio-protobuf is not hon"):
        sagemaker.create_training_job(**asked(InputDataConfig=[protobuf]))

    assert sagemaker.list_training_jobs()["TrainingJobSummaries"] == []


ROWS = [
    ("text/csv", "1,2,3\n0,x,3\n", "could not convert string 'x'"),
    ("text/csv", "1,2,3\n0,1\n", "number of columns"),
    ("text/csv", "1\n0\n", "The data has 1 columns: there is no feature beside"),
    (None, "1 1:2\n0 1=2\n", "Line 2 '0 1=2...' of file 'a' is not 'LIBSVM' format"),
    ("text/libsvm", "1,2,3\n", "First line '1,2,3...' of file 'a' is not 'LIBSVM' format"),
    ("application/x-parquet", "1,2,3\n", "Failed to load parquet data with exception"),
    ("text/csv", "3,2,3\n0,1,5\n", "label must be in (0, 1) for logistic regression"),
]


def test_bad_rows_name_their_file_and_line(
    sagemaker: Any, finished: Any, asked: Any, put: Any
) -> None:
    """§9.1: rows that are not of the channel's type end the job, and it says which they are."""
    for number, (kind, text, _) in enumerate(ROWS):
        put(f"data/{number}/a", text)
        moved = channel(str(number), kind) | {"ChannelName": "train"}
        request = asked(f"job-{number}", InputDataConfig=[moved])
        request["HyperParameters"] = {**BINARY, "base_score": "0.5"}
        sagemaker.create_training_job(**request)
    for number, (_, text, sentence) in enumerate(ROWS):
        assert sentence in finished(f"job-{number}")["FailureReason"], text
