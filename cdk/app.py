"""The whole estate on one screen: ``cdk deploy -c environment=dev`` makes it."""

from __future__ import annotations

import os

import aws_cdk
from aws_cdk import App, Stack
from constructs import Construct

from cdk.access import Access
from cdk.storage import Storage
from cdk.training import Training
from pipelines import PIPELINES
from pipelines.compiling import compiled, environment_named
from pipelines.environments import Environment


class Estate(Stack):
    """Everything that one environment has."""

    def __init__(self, scope: Construct, name: str, here: Environment) -> None:
        place = aws_cdk.Environment(account=here.account, region=here.region)
        super().__init__(scope, name, env=place)
        storage = Storage(self, "Storage", here)
        access = Access(self, "Access", here, storage)
        for pipeline in PIPELINES:
            Training(self, pipeline, compiled(pipeline, here), storage, access)


def estate(app: App) -> Estate:
    """The estate of the environment that ``-c environment=…`` or ``ENVIRONMENT`` names."""
    asked = app.node.try_get_context("environment") or os.environ.get("ENVIRONMENT", "local")
    here = environment_named(str(asked))
    return Estate(app, f"flights-{here.name}", here)


if __name__ == "__main__":
    app = App()
    estate(app)
    app.synth()
