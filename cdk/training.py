"""A pipeline as ``python -m pipelines`` compiles it, its code, and the groups it registers into."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import FileSystem
from aws_cdk import aws_s3_deployment as deployment
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk.access import Access
from cdk.storage import Storage
from pipelines.compiling import Compiled
from pipelines.executions import groups


class Training(Construct):
    """One pipeline; what AWS gets is what ``show`` prints."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        made: Compiled,
        storage: Storage,
        access: Access,
    ) -> None:
        super().__init__(scope, name)
        self.pipeline = sagemaker.CfnPipeline(
            self,
            "Pipeline",
            pipeline_name=made.name,
            pipeline_definition={"PipelineDefinitionBody": made.definition},
            role_arn=access.pipeline.role_arn,
        )
        code = deployment.BucketDeployment(
            self,
            "Code",
            sources=[deployment.Source.asset(_folder_of(made))],
            destination_bucket=storage.bucket,
            prune=False,  # what running executions refer to must stay
        )
        self.pipeline.node.add_dependency(code, access.jobs, access.pipeline)
        for group in groups(made.definition):
            registry = sagemaker.CfnModelPackageGroup(
                self, f"Group-{group}", model_package_group_name=group
            )
            self.pipeline.node.add_dependency(registry)


def _folder_of(made: Compiled) -> str:
    """The uploads as a folder, laid out as in the bucket."""
    top = Path(FileSystem.mkdtemp("code"))
    for uri, content in made.uploads.items():
        path = top / uri.removeprefix("s3://").partition("/")[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return str(top)
