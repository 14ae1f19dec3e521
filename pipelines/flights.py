"""Will this flight arrive late? Prepare a month, tune, judge the best three, register, deploy."""

from __future__ import annotations

from typing import Any

from pipelines import sdk
from pipelines.environments import Environment
from pipelines.sdk.code import Code, Job
from pipelines.sdk.ranges import choice, continuous, whole

CANDIDATES = 3  # so many of the best trials are judged; MaxJobs must not be less
ROUNDS = 100
OBJECTIVE = ("validation:auc", r"validation-auc:([0-9\.]+)")
RANGES = {
    "eta": continuous(0.02, 0.5, scaling="Logarithmic"),
    "max_depth": whole(2, 10),
    "min_child_weight": continuous(1, 100, scaling="Logarithmic"),
    "subsample": continuous(0.5, 1.0),
    "colsample_bytree": continuous(0.3, 1.0),
    "lambda": continuous(0.1, 100, scaling="Logarithmic"),
}
GRID = {"eta": choice(0.05, 0.1, 0.2), "max_depth": choice(4, 6, 8)}


def flights(here: Environment) -> sdk.Pipeline:
    """Will this flight arrive late? From a raw month to a judged, registered, served model."""
    work = Work(here)
    prepared = prepare(work)
    tuned = tune(work, prepared)
    report = sdk.PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
    judged = judge(work, prepared, tuned, report)
    good = sdk.at_least(judged, report, "winner.auc", work["MinimumAuc"])
    weak = sdk.fail("TooWeak", "The best model's AUC is below MinimumAuc,", work["MinimumAuc"])
    ship = [register(work, tuned, judged), *(deploy(work, judged) if here.deploys else [])]
    steps = [prepared, tuned, judged, sdk.when("GoodEnough", good, ship, [weak])]
    return sdk.pipeline("flights", here, parameters=work.parameters.values(), steps=steps)


def parameters(here: Environment) -> list[Any]:
    """What every start may say anew."""
    return [
        sdk.string("InputDataUri", f"s3://{here.bucket}/flights/raw/2013-01"),
        *sdk.strategy_parameter(here.strategy),
        sdk.integer("MaxJobs", here.max_jobs),
        sdk.integer("MaxParallelJobs", here.max_parallel_jobs),
        sdk.string("EarlyStopping", here.early_stopping, one_of=("Auto", "Off")),
        sdk.integer("RandomSeed", 2013),
        sdk.floating("MinimumAuc", here.minimum_auc),
        sdk.string("ApprovalStatus", here.approval, one_of=("Approved", "PendingManualApproval")),
        sdk.string("ProcessingInstanceType", here.processing_instance),
        sdk.string("TrainingInstanceType", here.training_instance),
        sdk.string("EndpointInstanceType", here.endpoint_instance),
        sdk.string("EndpointName", here.endpoint_name),
    ]


class Work:
    """What all steps share; ``work["MaxJobs"]`` is a parameter."""

    def __init__(self, here: Environment) -> None:
        self.here = here
        self.parameters = {each.name: each for each in parameters(here)}
        self.home = f"s3://{here.bucket}/flights"
        self.image = sdk.image(here, "xgboost", "3.0-5")
        self.code = Code("training_scripts/flights", f"{self.home}/code")
        self.job = Job(code=self.code, image=self.image, role=here.role)

    def __getitem__(self, parameter: str) -> Any:
        return self.parameters[parameter]

    def place(self, name: str) -> Any:
        """A folder of this execution alone: executions of two months never meet."""
        execution = sdk.Execution.PIPELINE_EXECUTION_ID
        return sdk.Join(on="/", values=[self.home, "executions", execution, name])

    def container(self, judged: sdk.Request) -> dict[str, Any]:
        """The winner, which brings its own serving code."""
        archive = sdk.Join(on="/", values=[judged.output("winner"), "model.tar.gz"])
        return sdk.serving(self.image, archive, "inference.py")


def prepare(work: Work) -> sdk.Request:
    """A raw month becomes training, validation and test data; bad rows go to quarantine."""
    outputs = ("train", "validation", "test", "encoder", "quarantine")
    return sdk.processing(
        "Prepare",
        work.job,
        script="preprocess.py",
        instance=work["ProcessingInstanceType"],
        inputs={"raw": work["InputDataUri"]},
        outputs={name: work.place(name) for name in outputs},
    )


def tune(work: Work, prepared: sdk.Request) -> sdk.Tuning:
    """Search for the hyperparameters with the best AUC on the validation days."""
    here = work.here
    return sdk.tuning(
        "Tune",
        work.job,
        script="train.py",
        instance=work["TrainingInstanceType"],
        channels={name: prepared.output(name) for name in ("train", "validation", "encoder")},
        ranges=GRID if here.strategy == "Grid" else RANGES,
        fixed={"num_round": ROUNDS},
        objective=OBJECTIVE,
        strategy=work.parameters.get("Strategy", here.strategy),
        resources=(10, ROUNDS),
        early_stopping=work["EarlyStopping"],
        seed=work["RandomSeed"],
        limits=sdk.Limits(work["MaxJobs"], work["MaxParallelJobs"], here.max_runtime, here.spot),
        output=work.place("models"),
        checkpoints=work.place("checkpoints"),
    )


def judge(work: Work, prepared: sdk.Request, tuned: sdk.Tuning, report: Any) -> sdk.Request:
    """The best trials on days that no trial has seen; the winner's archive is passed on."""
    places = range(CANDIDATES)
    models = {f"models/{place}": tuned.model(place) for place in places}
    return sdk.processing(
        "Judge",
        work.job,
        script="evaluate.py",
        instance=work["ProcessingInstanceType"],
        inputs={"test": prepared.output("test"), **models},
        outputs={name: work.place(name) for name in ("evaluation", "winner")},
        arguments=["--names", *(tuned.job(place) for place in places)],
        property_files=[report],
    )


def register(work: Work, tuned: sdk.Tuning, judged: sdk.Request) -> sdk.Request:
    """The winner becomes a version in the model registry."""
    tuning_job = tuned.properties.HyperParameterTuningJobName
    return sdk.register(
        "Register",
        group="flights",
        container=work.container(judged),
        approval=work["ApprovalStatus"],
        report=sdk.Join(on="/", values=[judged.output("evaluation"), "evaluation.json"]),
        content_types=["text/csv", "application/json"],
        instances=[work.here.endpoint_instance],
        metadata={"tuning_job": tuning_job, "data": work["InputDataUri"], "code": work.code.digest},
    )


def deploy(work: Work, judged: sdk.Request) -> list[sdk.Request]:
    """The winner behind an endpoint that keeps its name."""
    made = sdk.model("Model", role=work.here.role, container=work.container(judged))
    instance, count = work["EndpointInstanceType"], work.here.endpoint_instances
    config = sdk.endpoint_config("EndpointConfig", "flights", made, instance, count)
    return [made, config, sdk.endpoint("Endpoint", work["EndpointName"], config)]
