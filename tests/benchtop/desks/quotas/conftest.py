"""An account with quotas, its desk, and desks whose jobs are accepted but never run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.quotas.account import Account
from benchtop.desks.quotas.quotas import QuotasDesk
from benchtop.desks.sagemaker.jobs.processing import ProcessingDesk
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.desks.sagemaker.tuning.tuning import TuningDesk
from benchtop.door.json11 import Door
from benchtop.foreman import Foreman
from benchtop.offices import catalogue, service_model
from benchtop.runner.images import Images
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

CATALOGUE = catalogue()


class Idle:
    """A runner that takes every job and runs none; stopped jobs stay Stopping."""

    images = Images({"*": "project"})

    def begin(self, *_: object, **__: object) -> None:
        """Accept the job."""

    def stop(self, kind: str, name: str) -> None:
        """Never get to it."""


@pytest.fixture
def hold(
    records: Records, objects: Objects, sagemaker_door: Any, connect: Any
) -> Callable[..., tuple[Any, Any]]:
    """Gives clients of SageMaker and of Service Quotas, for an account with such quotas."""

    def make(given: dict[str, float] | None = None, *, enforced: bool = True) -> tuple[Any, Any]:
        place, runner = Place(), Idle()
        account = Account(records, CATALOGUE, given, enforced=enforced)
        training = TrainingDesk(records, objects, place, runner, account.training)  # type: ignore[arg-type]
        processing = ProcessingDesk(records, objects, place, runner, account.processing)  # type: ignore[arg-type]
        tuning = TuningDesk(
            records, place, training, Foreman(),
            quotas=account.tuning_limits, allow=account.tuning,
        )  # fmt: skip
        quotas = Door(service_model("service-quotas"), [QuotasDesk(account, place)])
        return connect(sagemaker_door(training, processing, tuning)), connect(quotas)

    return make


@pytest.fixture
def quotas(hold: Callable[..., tuple[Any, Any]]) -> Any:
    """A client of Service Quotas."""
    return hold()[1]


@pytest.fixture
def sagemaker(hold: Callable[..., tuple[Any, Any]]) -> Any:
    """A client of SageMaker, in an account whose quotas are enforced."""
    return hold()[0]
