"""Will this flight arrive late? Prepare a month, tune, judge the best three, register, deploy."""

from __future__ import annotations

from typing import Any

from pipelines import sdk
from pipelines.environments import Environment
from pipelines.sdk.code import Code
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


def flights(environment: Environment) -> sdk.Pipeline:
    """The pipeline for one environment."""
    parameters = {each.name: each for each in asked(environment)}
    work = Work(environment, parameters)
    prepared = prepare(work)
    tuned = tune(work, prepared)
    judged, report = judge(work, prepared, tuned)
    good = sdk.at_least(judged, report, "winner.auc", work["MinimumAuc"])
    too_weak = sdk.fail("TooWeak", "The best model's AUC is below MinimumAuc", work["MinimumAuc"])
    ship = [register(work, tuned, judged), *(deploy(work, judged) if work.deploys else [])]
    steps = [prepared, tuned, judged, sdk.when("GoodEnough", good, ship, [too_weak])]
    return sdk.pipeline("flights", environment, parameters=list(parameters.values()), steps=steps)


def asked(here: Environment) -> list[Any]:
    """What every start may say anew."""
    searches = [sdk.string("Strategy", here.strategy, one_of=("Bayesian", "Random"))]
    return [
        sdk.string("InputDataUri", f"s3://{here.bucket}/flights/raw/2013-01"),
        *(searches if here.strategy in ("Bayesian", "Random") else []),
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
    """What all steps share: where they are, what was asked, the scripts, the container."""

    def __init__(self, environment: Environment, parameters: dict[str, Any]) -> None:
        self.here = environment
        self.deploys = environment.approve_automatically
        self.parameters = parameters
        self.home = f"s3://{environment.bucket}/flights"
        self.code = Code("training_scripts/flights", f"{self.home}/code")
        self.image = sdk.image(environment, "xgboost", "3.0-5")
        self.job = {"code": self.code, "image": self.image, "role": environment.role}

    def __getitem__(self, parameter: str) -> Any:
        return self.parameters[parameter]

    def place(self, name: str) -> Any:
        """A folder of this execution alone, so executions of two months never meet."""
        execution = sdk.Execution.PIPELINE_EXECUTION_ID
        return sdk.Join(on="/", values=[self.home, "executions", execution, name])

    def container(self, judged: sdk.Request) -> dict[str, Any]:
        """The winner, which brings its own serving code."""
        archive = sdk.Join(on="/", values=[judged.output("winner"), "model.tar.gz"])
        code = {"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
        code["SAGEMAKER_PROGRAM"] = "inference.py"
        return {"Image": self.image, "ModelDataUrl": archive, "Environment": code}


def prepare(work: Work) -> sdk.Request:
    """A raw month becomes training, validation and test data; bad rows go to quarantine."""
    outputs = ("train", "validation", "test", "encoder", "quarantine")
    return sdk.processing(
        "Prepare",
        **work.job,
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
        **work.job,
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
        limits=sdk.Limits(
            jobs=work["MaxJobs"],
            parallel=work["MaxParallelJobs"],
            runtime=here.max_runtime,
            spot=here.spot,
        ),
        output=work.place("models"),
        checkpoints=work.place("checkpoints"),
    )


def judge(
    work: Work, prepared: sdk.Request, tuned: sdk.Tuning
) -> tuple[sdk.Request, sdk.PropertyFile]:
    """The best trials on days that no trial has seen; the winner's archive is passed on."""
    report = sdk.PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
    places = range(CANDIDATES)
    judged = sdk.processing(
        "Judge",
        **work.job,
        script="evaluate.py",
        instance=work["ProcessingInstanceType"],
        inputs={
            "test": prepared.output("test"),
            **{f"models/{place}": tuned.model(place) for place in places},
        },
        outputs={name: work.place(name) for name in ("evaluation", "winner")},
        arguments=["--names", *(tuned.job(place) for place in places)],
        property_files=[report],
    )
    return judged, report


def register(work: Work, tuned: sdk.Tuning, judged: sdk.Request) -> sdk.Request:
    """The winner becomes a version in the model registry."""
    return sdk.register(
        "Register",
        group="flights",
        container=work.container(judged),
        approval=work["ApprovalStatus"],
        report=sdk.Join(on="/", values=[judged.output("evaluation"), "evaluation.json"]),
        content_types=["text/csv", "application/json"],
        instances=[work.here.endpoint_instance],
        metadata={
            "tuning_job": tuned.properties.HyperParameterTuningJobName,
            "data": work["InputDataUri"],
            "code": work.code.digest,
        },
    )


def deploy(work: Work, judged: sdk.Request) -> list[sdk.Request]:
    """The winner behind an endpoint that keeps its name."""
    made = sdk.model("Model", role=work.here.role, container=work.container(judged))
    config = sdk.endpoint_config(
        "EndpointConfig",
        config="flights",
        model=made,
        instance=work["EndpointInstanceType"],
        count=work.here.endpoint_instances,
    )
    return [made, config, sdk.endpoint("Endpoint", endpoint=work["EndpointName"], config=config)]
