"""Compiles the definitions in this folder with the SageMaker SDK, without a network.

Run as ``python tests/benchtop/interpreter/definitions/compile.py``; the tests read the JSON only.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import (
    ProcessingInput,
    ProcessingOutput,
    ProcessingS3Input,
    ProcessingS3Output,
)
from sagemaker.core.workflow import conditions as ask
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import (
    ParameterBoolean,
    ParameterFloat,
    ParameterInteger,
    ParameterString,
)
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.callback_step import (
    CallbackOutput,
    CallbackOutputTypeEnum,
    CallbackStep,
)
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.endpoint_step import EndpointConfigStep, EndpointStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TuningStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode
from sagemaker.train.tuner import HyperparameterTuner

HERE = Path(__file__).parent
SCRIPT = Path(tempfile.mkdtemp(), "script.py")
ROLE = "arn:aws:iam::000000000000:role/benchtop"

ANSWERS = {
    "ListBuckets": b"<ListAllMyBucketsResult><Buckets><Bucket><Name>bucket</Name>"
    b"<CreationDate>2020-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>",
    "SimulatePrincipalPolicy": b"<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>"
    b"<IsTruncated>false</IsTruncated><EvaluationResults><member>"
    b"<EvalActionName>s3:PutObject</EvalActionName><EvalDecision>allowed</EvalDecision>"
    b"</member></EvaluationResults></SimulatePrincipalPolicyResult>"
    b"</SimulatePrincipalPolicyResponse>",
    "GetRole": b"<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>r</RoleName>"
    b"<RoleId>A</RoleId><Arn>arn:aws:iam::000000000000:role/r</Arn>"
    b"<CreateDate>2020-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>",
}


class _Body(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Any:
        yield self.read()


def offline() -> PipelineSession:
    """A session whose every request is answered with nothing."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    session.register("before-send", _answer)
    return PipelineSession(
        boto_session=boto3.Session(botocore_session=session), default_bucket="bucket"
    )


def _answer(request: Any, event_name: str, **_: object) -> AWSResponse:
    body = ANSWERS.get(event_name.rpartition(".")[2], b"")
    return AWSResponse(request.url, 200, {}, _Body(body))


def ask_people(session: PipelineSession) -> Pipeline:
    """Score with a script, ask a function and a person, and decide."""
    rounds = ParameterInteger("Rounds", 3)
    limit = ParameterFloat("Limit", 0.5)
    careful = ParameterBoolean("Careful", default_value=True)
    colour = ParameterString("Colour", "red", enum_values=["red", "blue"])
    where = Join(on="/", values=["s3://bucket", ExecutionVariables.PIPELINE_EXECUTION_ID, "out"])
    processor = ScriptProcessor(
        image_uri="image", command=["python3"], role=ROLE, instance_type="ml.m5.large",
        instance_count=1, sagemaker_session=session, env={"ROUNDS": rounds.to_string()},
    )  # fmt: skip
    report = PropertyFile(name="Report", output_name="report", path="report.json")
    score = ProcessingStep(
        name="Score",
        step_args=processor.run(
            code=str(SCRIPT), arguments=["--rounds", rounds.to_string()],
            outputs=[ProcessingOutput(output_name="report", s3_output=ProcessingS3Output(
                s3_uri=where, local_path="/opt/ml/processing/report",
                s3_upload_mode="EndOfJob"))],
        ),
        property_files=[report],
        cache_config=CacheConfig(enable_caching=True, expire_after="P7D"),
    )  # fmt: skip
    value = JsonGet(step_name="Score", property_file=report, json_path="scores[0].value")
    function = LambdaStep(
        name="Ask-Function",
        lambda_func=Lambda(
            function_arn="arn:aws:lambda:us-east-1:000000000000:function:f", session=session
        ),
        inputs={"value": value, "rounds": rounds},
        outputs=[LambdaOutput("sure", LambdaOutputTypeEnum.Float)],
    )
    person = CallbackStep(
        name="Ask_Person", sqs_queue_url="https://queue/q",
        inputs={"sure": function.properties.Outputs["sure"], "colour": colour},
        outputs=[CallbackOutput("verdict", CallbackOutputTypeEnum.String)],
    )  # fmt: skip
    verdict = person.properties.Outputs["verdict"]
    decide = ConditionStep(
        name="Decide",
        conditions=[
            ask.ConditionOr([
                ask.ConditionGreaterThan(left=value, right=limit),
                ask.ConditionEquals(left=verdict, right="yes"),
            ]),
            ask.ConditionNot(ask.ConditionIn(value=colour, in_values=["green", "grey"])),
            ask.ConditionEquals(left=careful, right=True),
        ],
        if_steps=[],
        else_steps=[
            FailStep(name="Refused", error_message=Join(on=": ", values=["No", verdict]))
        ],
    )  # fmt: skip
    return compiled(
        Pipeline(
            name="ask-people", parameters=[rounds, limit, careful, colour],
            steps=[score, function, person, decide], sagemaker_session=session,
        ),
        "ask_people.json",
    )  # fmt: skip


def tune_and_deploy(session: PipelineSession) -> Pipeline:
    """Prepare, tune, evaluate the best; register and deploy it if it is good enough."""
    jobs, seed = ParameterInteger("MaxJobs", 20), ParameterInteger("RandomSeed", 7)
    limit, deploy = ParameterFloat("AucThreshold", 0.8), ParameterString("Deploy", "yes")
    endpoint = ParameterString("EndpointName", "hpo-endpoint")
    prepare = processing(session, "Preprocess", "train")
    tune = tuning(session, prepare.properties.ProcessingOutputConfig.Outputs["train"], jobs, seed)
    best = tune.get_top_model_s3_uri(0, s3_bucket="my-bucket", prefix="models")
    report = PropertyFile(name="Report", output_name="evaluation", path="evaluation.json")
    evaluate = processing(session, "Evaluate", "evaluation", model=best, files=[report])
    builder = {"image_uri": "image", "s3_model_data_url": best, "role_arn": ROLE,
               "sagemaker_session": session, "instance_type": "ml.m5.large"}  # fmt: skip
    register = ModelStep(name="Register", step_args=ModelBuilder(**builder).register(
        model_package_group_name="hpo", content_types=["text/csv"], response_types=["text/csv"],
        inference_instances=["ml.m5.large"], transform_instances=["ml.m5.large"],
        approval_status="Approved",
    ))  # fmt: skip
    model = ModelStep(
        name="CreateModel", step_args=ModelBuilder(**builder).build(model_name="hpo-model")
    )
    config = EndpointConfigStep(name="EndpointConfig", step_args=session.create_endpoint_config(
        name="hpo", production_variants=[{
            "VariantName": "AllTraffic", "ModelName": model.properties.ModelName,
            "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}],
    ))  # fmt: skip
    serve = EndpointStep(name="Endpoint", step_args=session.create_endpoint(
        endpoint_name=endpoint, config_name=config.properties.EndpointConfigName,
    ))  # fmt: skip
    wanted = ConditionStep(
        name="ShouldDeploy", conditions=[ask.ConditionEquals(left=deploy, right="yes")],
        if_steps=[config, serve], else_steps=[],
    )  # fmt: skip
    auc = JsonGet(step_name="Evaluate", property_file=report, json_path="metrics.auc.value")
    message = Join(on=" ", values=["AUC below", limit])
    check = ConditionStep(
        name="CheckAuc",
        conditions=[ask.ConditionGreaterThanOrEqualTo(left=auc, right=limit)],
        if_steps=[register, model, wanted],
        else_steps=[FailStep(name="Fail", error_message=message)],
    )
    return compiled(
        Pipeline(
            name="tune-and-deploy", parameters=[jobs, seed, limit, deploy, endpoint],
            steps=[prepare, tune, evaluate, check], sagemaker_session=session,
        ),
        "tune_and_deploy.json",
    )  # fmt: skip


def processing(
    session: PipelineSession, name: str, output: str, *, model: Any = None, files: Any = None
) -> ProcessingStep:
    """A script's step, with one output and perhaps a model to read."""
    processor = ScriptProcessor(
        image_uri="image", command=["python3"], role=ROLE, instance_type="ml.m5.large",
        instance_count=1, sagemaker_session=session,
    )  # fmt: skip
    where = Join(
        on="/", values=["s3://my-bucket", ExecutionVariables.PIPELINE_EXECUTION_ID, output]
    )
    inputs = [ProcessingInput(input_name="model", s3_input=ProcessingS3Input(
        s3_uri=model, local_path="/opt/ml/processing/model", s3_data_type="S3Prefix",
        s3_input_mode="File"))] if model else []  # fmt: skip
    outputs = [ProcessingOutput(output_name=output, s3_output=ProcessingS3Output(
        s3_uri=where, local_path=f"/opt/ml/processing/{output}",
        s3_upload_mode="EndOfJob"))]  # fmt: skip
    arguments = processor.run(code=str(SCRIPT), inputs=inputs, outputs=outputs)
    policy = StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], max_attempts=3)
    return ProcessingStep(
        name=name, step_args=arguments, property_files=files or [], retry_policies=[policy]
    )


def tuning(session: PipelineSession, train: Any, jobs: Any, seed: Any) -> TuningStep:
    """A tuning job of two parameters, its number of jobs a parameter of the pipeline."""
    trainer = ModelTrainer(
        sagemaker_session=session, role=ROLE, training_image="image",
        source_code=SourceCode(source_dir=str(SCRIPT.parent), entry_script=SCRIPT.name),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        output_data_config=OutputDataConfig(s3_output_path="s3://my-bucket/models"),
    )  # fmt: skip
    tuner = HyperparameterTuner(
        model_trainer=trainer, objective_metric_name="auc", objective_type="Maximize",
        hyperparameter_ranges={
            "eta": ContinuousParameter(0.01, 0.5), "depth": IntegerParameter(2, 10),
        },
        metric_definitions=[{"Name": "auc", "Regex": "auc=([0-9.]+)"}],
        max_jobs=2, max_parallel_jobs=2, random_seed=seed,
    )  # fmt: skip
    channel = InputData(channel_name="train", data_source=train.S3Output.S3Uri)
    return Tuning(name="Tune", step_args=tuner.tune(inputs=[channel]), jobs=jobs)


class Tuning(TuningStep):  # type: ignore[misc]
    """The SDK takes no parameter for the number of jobs; the service does."""

    def __init__(self, *, jobs: ParameterInteger, **rest: Any) -> None:
        super().__init__(**rest)
        self._jobs = jobs

    @property
    def arguments(self) -> Any:
        """The request, with the parameter in its place."""
        request = super().arguments
        limits = request["HyperParameterTuningJobConfig"]["ResourceLimits"]
        limits["MaxNumberOfTrainingJobs"] = self._jobs
        return request


def compiled(pipeline: Pipeline, name: str) -> Pipeline:
    """Write a pipeline's definition, compactly."""
    definition = json.loads(pipeline.definition())
    (HERE / name).write_text(json.dumps(definition, separators=(",", ":")) + "\n")
    return pipeline


if __name__ == "__main__":
    SCRIPT.write_text("")
    ask_people(offline())
    tune_and_deploy(offline())
