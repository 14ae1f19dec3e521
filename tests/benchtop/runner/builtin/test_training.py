"""The built-in algorithm as a job: amt.md section 9."""

from __future__ import annotations

import io
import json
import re
import tarfile
from typing import Any

import pytest

from benchtop.store.s3.objects import Objects
from tests.benchtop.runner.builtin.conftest import BINARY, channel, csv_text, libsvm_text, rows

xgboost = pytest.importorskip("xgboost")
numpy = pytest.importorskip("numpy")

LINE = re.compile(r"\[(\d+)\]((?:#011[a-z0-9@.-]+-[a-z0-9_@.-]+:-?[0-9.]+)+)")
WEIGHTED = [[row[0], 1 + row[0], *row[1:]] for row in rows()]
MACRO = (
    "accuracy", "balanced_accuracy", "f1", "f1_macro", "precision_macro", "precision_micro",
    "recall_macro", "recall_micro", "merror", "mlogloss",
)  # fmt: skip


def members(objects: Objects, name: str = "job") -> dict[str, bytes]:
    """What a job's model archive holds."""
    with tarfile.open(objects.get("bucket", f"out/{name}/output/model.tar.gz").path) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isfile()}  # type: ignore[union-attr]


def booster(objects: Objects, name: str = "job") -> Any:
    """The model that a job left."""
    model = xgboost.Booster()
    model.load_model(bytearray(members(objects, name)["xgboost-model"]))
    return model


def finals(job: Any) -> dict[str, float]:
    """The last value of each metric."""
    return {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}


@pytest.mark.usefixtures("data")
def test_a_job_without_a_script_trains_the_images_own_algorithm(
    ran: Any, asked: Any, said: Any, objects: Objects
) -> None:
    """§9.3, §6.8: a model file, a line for each round, and the service's own metric definitions."""
    job = ran(asked(HyperParameters={**BINARY, "eval_metric": "auc,error"}))

    assert job["TrainingJobStatus"] == "Completed", said()
    assert list(members(objects)) == ["xgboost-model"]
    assert booster(objects).num_boosted_rounds() == 3
    assert said()[0] == "Arguments: train"
    lines = [match for line in said() if (match := LINE.fullmatch(line))]
    assert [int(line[1]) for line in lines] == [0, 1, 2]
    assert set(finals(job)) == {"train:auc", "train:error", "validation:auc", "validation:error"}
    definitions = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert len(definitions) == 18
    assert definitions[0]["Regex"].startswith(r".*\[[0-9]+\].*#011train-auc:(")


def parquet() -> bytes:
    """The rows as Parquet."""
    arrow, written = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {f"c{at}": column for at, column in enumerate(zip(*rows(), strict=True))}
    out = io.BytesIO()
    written.write_table(arrow.table(columns), out)
    return out.getvalue()


def test_every_content_type_gives_the_same_model(
    sagemaker: Any, finished: Any, asked: Any, put: Any, objects: Objects
) -> None:
    """§9.1: CSV, libsvm (the default) and Parquet; folders in folders; several files."""
    table = rows()
    put("data/csv/a.csv", csv_text(table[:30]))
    put("data/csv/deep/er/b.csv", csv_text(table[30:]).replace("\n", "\r\n"))
    put("data/csv/much/too/deep/c.csv", "never,read\n")
    put("data/csv/_SUCCESS", "never read")
    put("data/svm/a", libsvm_text(table))
    put("data/pq/a.parquet", parquet())
    kinds = {
        "csv": "text/csv; label_size=1",
        "svm": None,
        "pq": "application/x-parquet",
    }
    for place, kind in kinds.items():
        train = channel(place, kind) | {"ChannelName": "train"}
        sagemaker.create_training_job(**asked(place, InputDataConfig=[train]))
    jobs = [finished(place) for place in kinds]

    assert {job["TrainingJobStatus"] for job in jobs} == {"Completed"}, jobs
    trees = {tuple(booster(objects, job["TrainingJobName"]).get_dump()) for job in jobs}
    assert len(trees) == 1
    assert len({job["FinalMetricDataList"][0]["Value"] for job in jobs}) == 1


def test_weights_gaps_and_other_delimiters(
    sagemaker: Any, finished: Any, asked: Any, put: Any, objects: Objects
) -> None:
    """§9.1: csv_weights takes the second column; libsvm has them at the label; a gap is missing."""
    put("data/train/a.csv", csv_text(WEIGHTED))
    put("data/validation/a.csv", csv_text(WEIGHTED))
    sparse = libsvm_text(rows()).splitlines()
    put(
        "data/svm/a",
        "\n".join(re.sub(r"^(\d)", lambda m: f"{m[1]}:{1 + int(m[1])}", x) for x in sparse),
    )
    put("data/gaps/a.csv", "1;;3\n0;2;\n1;;4\n0;3;\n")
    svm = channel("svm", "text/x-libsvm") | {"ChannelName": "train"}
    gaps = channel("gaps", "csv") | {"ChannelName": "train"}
    sagemaker.create_training_job(
        **asked("weights", HyperParameters={**BINARY, "csv_weights": "1"})
    )
    sagemaker.create_training_job(**asked("svm", InputDataConfig=[svm]))
    sagemaker.create_training_job(**asked("gaps", InputDataConfig=[gaps]))

    assert [finished(each)["TrainingJobStatus"] for each in ("weights", "svm", "gaps")] == [
        "Completed"
    ] * 3
    assert booster(objects, "weights").get_dump() == booster(objects, "svm").get_dump()
    assert booster(objects, "gaps").num_features() == 2


def test_old_images_pickle_their_model(
    ran: Any, asked: Any, put: Any, objects: Objects, said: Any
) -> None:
    """§9.3: before 1.3 the model file is a pickle; aliases and defaults hold there too."""
    put("data/train/a.csv", csv_text(rows()))
    given = {"num_round": "1", "learning_rate": "0.5", "reg_lambda": "2", "verbosity": "0"}

    job = ran(asked(image="x/xgboost:1", HyperParameters=given, InputDataConfig=[channel("train")]))

    assert job["TrainingJobStatus"] == "Completed", said()
    assert members(objects)["xgboost-model"].startswith(b"\x80")
    assert "train:rmse" in finals(job)


def test_metrics_are_what_scikit_learn_says(
    ran: Any, asked: Any, put: Any, objects: Objects
) -> None:
    """§9.3: metrics that XGBoost does not know are computed as the container's library does."""
    metrics = pytest.importorskip("sklearn.metrics")
    table = rows(classes=3)
    put("data/train/a.csv", csv_text(table))
    given = {
        "num_round": "1", "max_depth": "1", "objective": "multi:softprob", "num_class": "3",
        "eval_metric": ",".join(MACRO), "_tuning_objective_metric": "validation:f1",
    }  # fmt: skip
    definitions = [{"Name": name, "Regex": rf"train-{name}:([0-9.]+)"} for name in MACRO]
    request = asked(HyperParameters=given, InputDataConfig=[channel("train")])
    request["AlgorithmSpecification"]["MetricDefinitions"] = definitions

    found = finals(ran(request))

    features = numpy.array([row[1:] for row in table])
    labels = [row[0] for row in table]
    chosen = booster(objects).predict(xgboost.DMatrix(features)).argmax(axis=1)
    for name, kind in (("precision", "macro"), ("recall", "macro"), ("precision", "micro")):
        scorer = getattr(metrics, f"{name}_score")
        expected = scorer(labels, chosen, average=kind, zero_division=0)
        assert found[f"{name}_{kind}"] == pytest.approx(expected, abs=1e-5)
    assert found["f1"] == pytest.approx(metrics.f1_score(labels, chosen, average="macro"), abs=1e-5)
    balanced = metrics.balanced_accuracy_score(labels, chosen)
    assert found["balanced_accuracy"] == pytest.approx(balanced, abs=1e-5)
    assert found["accuracy"] == pytest.approx(1 - found["merror"], abs=1e-5)


BINARY_ONLY = "auc,aucpr,map,ndcg,ndcg@2,error@0.7,logloss,f1_binary,precision,recall,accuracy"
POSITIVE = (
    "mae,mape,mphe,mse,r2,rmse,rmsle,gamma-deviance,gamma-nloglik,poisson-nloglik,cox-nloglik,"
    "tweedie-nloglik"
)
PRINTED = {
    "count:poisson": POSITIVE,
    "binary:logistic": BINARY_ONLY,
}


def test_every_metric_of_the_image_is_printed(
    sagemaker: Any, finished: Any, asked: Any, put: Any, said: Any
) -> None:
    """
    §9.3: under its own name, where the regex of the service finds it.

    Not aft-nloglik and interval-regression-accuracy: they need two labels, which no channel has.
    """
    put("data/train/a.csv", csv_text([[row[0] + 1, *row[1:]] for row in rows()]))
    put("data/binary/a.csv", csv_text(rows()))
    for number, (objective, names) in enumerate(PRINTED.items()):
        place = "binary" if objective.startswith("binary:") else "train"
        given = {"num_round": "1", "objective": objective, "eval_metric": names}
        train = channel(place) | {"ChannelName": "train"}
        request = asked(f"job-{number}", HyperParameters=given, InputDataConfig=[train])
        sagemaker.create_training_job(**request)
    for number, names in enumerate(PRINTED.values()):
        job = finished(f"job-{number}")
        assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
        line = next(each for each in said(f"job-{number}") if each.startswith("[0]"))
        printed = {cell.rpartition(":")[0] for cell in line.split("#011")[1:]}
        assert {f"train-{name}" for name in names.split(",")} <= printed


@pytest.mark.usefixtures("data")
def test_early_stopping_keeps_the_best_round(ran: Any, asked: Any, objects: Objects) -> None:
    """§9.2: training ends when the validation metric no longer improves; the best model stays."""
    given = {**BINARY, "num_round": "200", "early_stopping_rounds": "2", "eval_metric": "logloss"}

    job = ran(asked(HyperParameters={**given, "eta": "1", "max_depth": "6"}))

    assert job["TrainingJobStatus"] == "Completed"
    assert booster(objects).num_boosted_rounds() < 50


@pytest.mark.usefixtures("data")
def test_cross_validation_leaves_a_model_for_each_fold(
    ran: Any, asked: Any, objects: Objects, said: Any
) -> None:
    """§9.2: _kfold and _num_cv_round; mean metrics in the log, predictions in the output."""
    given = {**BINARY, "_kfold": "3", "_num_cv_round": "2", "eval_metric": "error"}

    job = ran(asked(HyperParameters=given))

    assert job["TrainingJobStatus"] == "Completed", said()
    assert sorted(members(objects)) == [f"xgboost-model-{number}" for number in range(6)]
    assert len([line for line in said() if line.startswith("[3]#011train-error:")]) == 3
    archive = objects.get("bucket", "out/job/output/output.tar.gz").path
    with tarfile.open(archive) as tar:
        text = tar.extractfile("predictions.csv").read().decode()  # type: ignore[union-attr]
    assert len(text.splitlines()) == 90
    assert "nan" not in text
    assert json.loads(f"[{text.splitlines()[0]}]")[0] in (0.0, 1.0)
