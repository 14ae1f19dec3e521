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
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output
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
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep

HERE = Path(__file__).parent
ROLE = "arn:aws:iam::000000000000:role/benchtop"

BUCKETS = (
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>bucket</Name>"
    b"<CreationDate>2020-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>"
)


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
    body = BUCKETS if event_name.endswith("ListBuckets") else b""
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
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "score.py")
        script.write_text("")
        score = ProcessingStep(
            name="Score",
            step_args=processor.run(
                code=str(script), arguments=["--rounds", rounds.to_string()],
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


def compiled(pipeline: Pipeline, name: str) -> Pipeline:
    """Write a pipeline's definition, compactly."""
    definition = json.loads(pipeline.definition())
    (HERE / name).write_text(json.dumps(definition, separators=(",", ":")) + "\n")
    return pipeline


if __name__ == "__main__":
    ask_people(offline())
