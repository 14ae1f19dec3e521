"""The algorithm's hyperparameters: which there are, what they accept, and what goes together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .faults import Fault, refused
from .kinds import Choice, Groups, Interval, Kind, Number, Signs, Words

Values: TypeAlias = dict[str, Any]

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg",
    "precision", "r2", "recall", "precision_macro", "precision_micro", "recall_macro",
    "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik",
    "interval-regression-accuracy", "logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse",
    "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)  # fmt: skip
METRICS = (*MAXIMIZED, *MINIMIZED)
OBJECTIVES = (
    "aft_loss_distribution", "binary:logistic", "binary:logitraw", "binary:hinge",
    "count:poisson", "multi:softmax", "multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map",
    "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma", "reg:pseudohubererror",
    "reg:squaredlogerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
GROWING = (
    "grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker"
)  # fmt: skip
TREE_UPDATERS = (*GROWING, "grow_skmaker", "sync", "refresh", "prune")
LINEAR_UPDATERS = ("shotgun", "coord_descent")
ALIASES = {
    "learning_rate": "eta",
    "min_split_loss": "gamma",
    "reg_lambda": "lambda",
    "reg_alpha": "alpha",
}
REQUIRED = ("num_round",)
DEFAULT_OBJECTIVE = "reg:squarederror"
WHOLE = 2**31


def _whole(low: float | None, high: float | None = None) -> Number:
    return Number(int, Interval(low, high))


def _real(low: float | None, high: float | None = None, *, open_ends: str = "") -> Number:
    return Number(float, Interval(low, high, "(" in open_ends, ")" in open_ends))


SHARE = _real(0, 1, open_ends="(")
SWITCH = Choice(("true", "false"))

KINDS: dict[str, Kind] = {
    "num_round": _whole(1),
    "csv_weights": _whole(0, 1),
    "early_stopping_rounds": _whole(1),
    "booster": Choice(("gbtree", "gblinear", "dart")),
    "verbosity": _whole(0, 3),
    "nthread": _whole(1),
    "eta": _real(0, 1),
    "gamma": _real(0),
    "max_depth": _whole(0),
    "min_child_weight": _real(0),
    "max_delta_step": _real(0),
    "subsample": SHARE,
    "colsample_bytree": SHARE,
    "colsample_bylevel": SHARE,
    "colsample_bynode": SHARE,
    "lambda": _real(0),
    "alpha": _real(0),
    "tree_method": Choice(("auto", "exact", "approx", "hist", "gpu_hist")),
    "sketch_eps": _real(0, 1, open_ends="()"),
    "scale_pos_weight": _real(0, open_ends="("),
    "updater": Words((*TREE_UPDATERS, *LINEAR_UPDATERS)),
    "dsplit": Choice(("row", "col")),
    "refresh_leaf": _whole(0, 1),
    "process_type": Choice(("default", "update")),
    "grow_policy": Choice(("depthwise", "lossguide")),
    "max_leaves": _whole(0),
    "max_bin": _whole(0),
    "predictor": Choice(("auto", "cpu_predictor", "gpu_predictor")),
    "monotone_constraints": Signs(),
    "interaction_constraints": Groups(),
    "sample_type": Choice(("uniform", "weighted")),
    "normalize_type": Choice(("tree", "forest")),
    "rate_drop": _real(0, 1),
    "one_drop": _whole(0, 1),
    "skip_drop": _real(0, 1),
    "lambda_bias": _real(0, 1),
    "tweedie_variance_power": _real(1, 2, open_ends="()"),
    "objective": Choice(OBJECTIVES),
    "num_class": _whole(2),
    "base_score": _real(0),
    "_kfold": _whole(2),
    "_num_cv_round": _whole(1),
    "_tuning_objective_metric": Choice([f"validation:{name}" for name in METRICS]),
    "eval_metric": Words(METRICS, ("error", "ndcg", "map")),
    "seed": Number(int, Interval(-WHOLE, WHOLE - 1, low_open=True, high_open=True)),
    "num_parallel_tree": _whole(1),
    "save_model_on_termination": SWITCH,
    "aft_loss_distribution": Choice(("normal", "logistic", "extreme")),
    "aft_loss_distribution_scale": _real(0),
    "single_precision_histogram": SWITCH,
    "deterministic_histogram": SWITCH,
    "sampling_method": Choice(("uniform", "gradient_based")),
    "prob_buffer_row": Number(int, Interval(1.0, low_open=True)),
    "use_dask_gpu_training": SWITCH,
}


def validate(given: Mapping[str, str]) -> Values:
    """The values of the hyperparameters of a job, by their own names.

    Raises:
        Fault: for the first rule that is broken, in the container's order and wording.
    """
    texts = {ALIASES.get(name, name): str(text) for name, text in given.items()}
    for name in REQUIRED:
        if name not in texts:
            raise Fault(f"Missing required hyperparameter: {name}")
    values: Values = {}
    for name, text in texts.items():
        if name not in KINDS:
            raise Fault(f"Extraneous hyperparameter found: {name}")
        values[name] = KINDS[name].read(name, text)
    for name, value in values.items():
        KINDS[name].check(name, value)
    for name, rule in RULES.items():
        if name in values:
            rule(values)
    return values


def _check_updater(values: Values) -> None:
    chosen = values["updater"]
    if values.get("booster") == "gblinear":
        if len(chosen) != 1 or chosen[0] not in LINEAR_UPDATERS:
            options = ", ".join(f"'{each}'" for each in LINEAR_UPDATERS)
            raise Fault(f"Linear updater should be one of these options: {options}.")
    elif values.get("process_type") == "update":
        if not set(chosen) <= {"refresh", "prune"}:
            raise Fault("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    else:
        _check_tree_updater(chosen)


def _check_tree_updater(chosen: list[str]) -> None:
    if not set(chosen) <= set(TREE_UPDATERS):
        raise Fault(
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', "
            "'grow_histmaker', 'grow_local_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', "
            "'sync', 'refresh', 'prune', 'shortgun', 'coord_descent'."
        )
    if sum(each in GROWING for each in chosen) > 1:
        raise Fault(
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_local_histmaker', 'grow_skmaker'"
        )


def _check_objective(values: Values) -> None:
    if values["objective"] in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise Fault("Require input for parameter 'num_class' for multi-classification")


def _check_metric(values: Values) -> None:
    # Where no objective is given the container fails over its own rule; here its default counts.
    objective = values.get("objective", DEFAULT_OBJECTIVE)
    if "auc" in values["eval_metric"] and not objective.startswith(("binary:", "rank:")):
        raise Fault("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in values["eval_metric"] and objective != "survival:aft":
        raise Fault("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def _check_monotone(values: Values) -> None:
    if values.get("tree_method") not in ("exact", "hist"):
        raise Fault(
            "monotone_constraints can be used only when the tree_method parameter is set to "
            "either 'exact' or 'hist'."
        )


def _check_interaction(values: Values) -> None:
    if values.get("tree_method") not in ("exact", "hist", "approx"):
        raise Fault(
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )


def _check_method(values: Values) -> None:
    if values["tree_method"] == "gpu_hist":
        raise refused("tree_method gpu_hist", "use hist")


def _check_predictor(values: Values) -> None:
    if values["predictor"] == "gpu_predictor":
        raise refused("predictor gpu_predictor", "use cpu_predictor")


def _check_dask(values: Values) -> None:
    if values["use_dask_gpu_training"] == "true":
        raise refused("use_dask_gpu_training true", "leave it out")


RULES: dict[str, Callable[[Values], None]] = {
    "updater": _check_updater,
    "objective": _check_objective,
    "eval_metric": _check_metric,
    "monotone_constraints": _check_monotone,
    "interaction_constraints": _check_interaction,
    "tree_method": _check_method,
    "predictor": _check_predictor,
    "use_dask_gpu_training": _check_dask,
}
