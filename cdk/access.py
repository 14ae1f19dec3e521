"""Who may do what: jobs touch data, the pipeline starts jobs, and neither does the other's work."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.storage import Storage
from pipelines.environments import Environment

JOBS = ("processing-job", "training-job", "hyper-parameter-tuning-job")
MODELS = ("model", "endpoint-config", "endpoint", "model-package-group", "model-package")


class Access(Construct):
    """The role of the jobs and the role of the pipelines."""

    def __init__(self, scope: Construct, name: str, here: Environment, storage: Storage) -> None:
        super().__init__(scope, name)
        self._here = here
        self.jobs = self._role("Jobs", here.role_name)
        self.pipeline = self._role("Pipeline", here.pipeline_role_name)
        storage.bucket.grant_read_write(self.jobs)
        storage.bucket.grant_read(self.pipeline)  # reports that conditions look into
        self._let_jobs_tell()
        self._let_pipeline_start()

    def _role(self, name: str, role_name: str) -> iam.Role:
        sagemaker = iam.ServicePrincipal("sagemaker.amazonaws.com")
        return iam.Role(self, name, role_name=role_name, assumed_by=sagemaker)

    def _let_jobs_tell(self) -> None:
        logs = f"arn:aws:logs:{self._here.region}:{self._here.account}:log-group:/aws/sagemaker/*"
        writing = ["CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams"]
        _allow(self.jobs, [f"logs:{each}" for each in writing], [logs])
        # AWS: these have no resource to name; the namespace is the narrowest condition there is
        spaces = {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}}
        _allow(self.jobs, ["cloudwatch:PutMetricData"], ["*"], spaces)
        pulling = ["GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer"]
        _allow(self.jobs, [f"ecr:{each}" for each in pulling], ["*"])

    def _let_pipeline_start(self) -> None:
        verbs = ("Create", "Describe", "Stop")
        kinds = ("ProcessingJob", "TrainingJob", "HyperParameterTuningJob")
        actions = [f"sagemaker:{verb}{kind}" for verb in verbs for kind in kinds]
        actions += ["sagemaker:ListTrainingJobsForHyperParameterTuningJob", "sagemaker:AddTags"]
        _allow(self.pipeline, actions, self._arns(JOBS))
        parts = ("Model", "EndpointConfig", "Endpoint", "ModelPackage", "ModelPackageGroup")
        actions = [f"sagemaker:{verb}{part}" for verb in ("Create", "Describe") for part in parts]
        actions += ["sagemaker:UpdateEndpoint", "sagemaker:AddTags"]
        _allow(self.pipeline, actions, self._arns(MODELS))
        to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        _allow(self.pipeline, ["iam:PassRole"], [self.jobs.role_arn], to_sagemaker)

    def _arns(self, kinds: tuple[str, ...]) -> list[str]:
        place = f"arn:aws:sagemaker:{self._here.region}:{self._here.account}"
        return [f"{place}:{kind}/*" for kind in kinds]


def _allow(
    role: iam.Role,
    actions: list[str],
    resources: list[str],
    conditions: Mapping[str, object] | None = None,
) -> None:
    role.add_to_policy(
        iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
    )
