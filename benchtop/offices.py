"""Every desk, and every door before them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import botocore.session
from botocore.model import ServiceModel

from benchtop.desks.functions.functions import FunctionsDesk
from benchtop.desks.functions.grants import FunctionGrantsDesk
from benchtop.desks.identity import IdentityDesk
from benchtop.desks.logs.logs import LogsDesk
from benchtop.desks.metrics import MetricsDesk
from benchtop.desks.objects import ObjectsDesk
from benchtop.desks.place import Place
from benchtop.desks.quotas.account import Account
from benchtop.desks.quotas.catalogue import (
    ENDPOINT,
    PROCESSING,
    SPOT,
    TRAINING,
    WARM_POOL,
    Catalogue,
)
from benchtop.desks.quotas.quotas import QuotasDesk
from benchtop.desks.runtime import RuntimeDesk
from benchtop.desks.sagemaker.endpoints.endpoint_configs import EndpointConfigsDesk
from benchtop.desks.sagemaker.endpoints.endpoints import EndpointsDesk
from benchtop.desks.sagemaker.endpoints.models import ModelsDesk
from benchtop.desks.sagemaker.jobs.processing import ProcessingDesk
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.desks.sagemaker.pipelines.executions import ExecutionsDesk
from benchtop.desks.sagemaker.pipelines.pipelines import PipelinesDesk
from benchtop.desks.sagemaker.registry.registry import RegistryDesk
from benchtop.desks.sagemaker.search.search import SearchDesk
from benchtop.desks.sagemaker.tags import TagsDesk
from benchtop.desks.sagemaker.tuning.tuning import TuningDesk
from benchtop.door.front import Front
from benchtop.door.json11 import Door
from benchtop.door.query import QueryDoor
from benchtop.door.rest import RestDoor
from benchtop.door.trouble import Trouble
from benchtop.foreman import Foreman
from benchtop.runner.endpoints.serving import Serving
from benchtop.runner.jobs.runner import Runner
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects


class Offices:
    """The desks of one benchtop."""

    def __init__(
        self,
        *,
        records: Records,
        objects: Objects,
        logs: Logs,
        place: Place,
        runner: Runner,
        serving: Serving,
        foreman: Foreman,
        folder: Path,
        around: dict[str, str],
        bayesian_engine: str = "tpe",
        client: Callable[[str], Any],
        account: Account | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        """Seat everybody, jobs before those who start jobs."""
        account = account or Account(records, catalogue())
        self.training = TrainingDesk(records, objects, place, runner, account.training)
        self.processing = ProcessingDesk(records, objects, place, runner, account.processing)
        self.endpoints = EndpointsDesk(records, objects, place, serving, allow=account.endpoint)
        self.tuning = TuningDesk(
            records, place, self.training, foreman,
            quotas=account.tuning_limits, allow=account.tuning,
            bayesian_engine=bayesian_engine,
        )  # fmt: skip
        self.functions = FunctionsDesk(records, folder / "functions", place, around, objects)
        self.objects = ObjectsDesk(objects, records, account=place.account, region=place.region)
        seated = [
            self.training, self.processing, self.tuning, self.endpoints,
            ModelsDesk(records, place), EndpointConfigsDesk(records, place),
            RegistryDesk(records, place), PipelinesDesk(records, objects, place),
            TagsDesk(records, place), SearchDesk(records),
        ]  # fmt: skip
        self.sagemaker = Door(service_model("sagemaker"), seated, trouble)
        self.executions = ExecutionsDesk(
            records, objects, place, self.sagemaker.ask, foreman, client
        )
        seated.append(self.executions)
        self.json = {
            "sagemaker": self.sagemaker,
            "logs": Door(service_model("logs"), [LogsDesk(logs, place)]),
            "service-quotas": Door(service_model("service-quotas"), [QuotasDesk(account, place)]),
        }
        grants = FunctionGrantsDesk(records, place)
        self.rest = {
            "sagemaker-runtime": _rest("sagemaker-runtime", RuntimeDesk(records, serving, place)),
            "sagemaker-metrics": _rest("sagemaker-metrics", MetricsDesk(records, place)),
            "lambda": _rest("lambda", self.functions, grants),
        }
        identity = IdentityDesk(place)
        self.queries = {name: QueryDoor(service_model(name), [identity]) for name in ("iam", "sts")}

    @property
    def doors(self) -> dict[str, Door]:
        """Every service that is answered here in full or not at all, by botocore's name."""
        return {**self.json, **{name: rest.door for name, rest in self.rest.items()}}

    def front(self, neighbours: WSGIApplication) -> Front:
        """What hears clients and brings them to the desks."""
        return Front(self.json, self.rest, self.objects, neighbours, queries=self.queries)

    def resume(self) -> None:
        """Go on with everything that was under way when benchtop ended."""
        for desk in (
            self.training, self.processing, self.endpoints,
            self.functions, self.tuning, self.executions,
        ):  # fmt: skip
            desk.resume()

    def close(self) -> None:
        """Begin nothing new."""
        self.endpoints.close()


def _rest(service: str, *desks: object) -> RestDoor:
    return RestDoor(service_model(service), desks)


def catalogue() -> Catalogue:
    """The quotas of every instance type that botocore's description of SageMaker has."""
    model = service_model("sagemaker")

    def types(shape: str) -> list[str]:
        return list(model.shape_for(shape).metadata["enum"])

    training = types("TrainingInstanceType")
    return Catalogue({
        **dict.fromkeys((TRAINING, SPOT, WARM_POOL), training),
        PROCESSING: types("ProcessingInstanceType"),
        ENDPOINT: types("ProductionVariantInstanceType"),
    })  # fmt: skip


@cache
def service_model(name: str) -> ServiceModel:
    """Botocore's description of an AWS service."""
    loader = botocore.session.get_session().get_component("data_loader")
    return ServiceModel(loader.load_service_model(name, "service-2"), name)
