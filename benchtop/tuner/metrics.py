"""Which metrics a job prints: those it defines, and those that a built-in algorithm is known for.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Definition: TypeAlias = Mapping[str, str]

ALIAS = "ObjectiveMetric"
"""The name under which the service repeats the objective of a built-in algorithm."""
XGBOOST = re.compile(r"(^|/)(sagemaker-)?xgboost(:|@|$)")
METRICS = ("auc", "error", "logloss", "mae", "map", "merror", "mlogloss", "ndcg", "rmse")
MORE = (
    "accuracy", "aft-nloglik", "aucpr", "balanced_accuracy", "cox-nloglik", "f1", "f1_binary",
    "f1_macro", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "mape", "mphe",
    "mse", "poisson-nloglik", "precision", "precision_macro", "precision_micro", "r2", "recall",
    "recall_macro", "recall_micro", "rmsle", "tweedie-nloglik",
)  # fmt: skip
NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"


def defined(image: str, given: Sequence[Definition], objective: str) -> list[dict[str, str]] | None:
    """The metric definitions of a job with this objective, or None when it has no such metric.

    Args:
        image: of the training job; built-in algorithms bring their own definitions.
        given: the definitions in the request.
        objective: the name of the objective metric.
    """
    listed = [dict(each) for each in given]
    if any(each["Name"] == objective for each in listed):
        return listed
    part, _, metric = objective.partition(":")
    known = metric in METRICS or (part == "validation" and metric in MORE)
    if not XGBOOST.search(image) or part not in ("train", "validation") or not known:
        return None
    names = dict.fromkeys(f"{part}:{each}" for part in ("train", "validation") for each in METRICS)
    builtin = [_definition(name) for name in {**names, objective: None}]
    alias = {"Name": ALIAS, "Regex": _definition(objective)["Regex"]}
    return [*listed, *builtin, alias]


def known(image: str, given: Sequence[Definition]) -> list[dict[str, str]]:
    """The metric definitions of a job that no tuning job wants: the image's own, and those given.

    A tuning job's training job brings the image's own already, and its objective.
    """
    listed = [dict(each) for each in given]
    if not XGBOOST.search(image):
        return listed
    there = {each["Name"] for each in listed}
    names = (f"{part}:{each}" for part in ("train", "validation") for each in METRICS)
    return [*listed, *(_definition(name) for name in names if name not in there)]


def _definition(name: str) -> dict[str, str]:
    label = name.replace(":", "-")
    return {"Name": name, "Regex": rf".*\[[0-9]+\].*#011{label}:{NUMBER}.*"}
