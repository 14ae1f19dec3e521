"""Puts the parts together; the only module that knows them all."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from typing import Any

import boto3
import botocore.config
import botocore.session
from botocore.model import ServiceModel

from benchtop.desks.functions import FunctionsDesk
from benchtop.desks.identity import IdentityDesk
from benchtop.desks.logs import LogsDesk
from benchtop.desks.metrics import MetricsDesk
from benchtop.desks.objects import ObjectsDesk
from benchtop.desks.place import Place
from benchtop.desks.runtime import RuntimeDesk
from benchtop.desks.sagemaker.endpoint_configs import EndpointConfigsDesk
from benchtop.desks.sagemaker.endpoints import EndpointsDesk
from benchtop.desks.sagemaker.executions import ExecutionsDesk
from benchtop.desks.sagemaker.models import ModelsDesk
from benchtop.desks.sagemaker.pipelines import PipelinesDesk
from benchtop.desks.sagemaker.processing import ProcessingDesk
from benchtop.desks.sagemaker.registry import RegistryDesk
from benchtop.desks.sagemaker.search import SearchDesk
from benchtop.desks.sagemaker.tags import TagsDesk
from benchtop.desks.sagemaker.training import TrainingDesk
from benchtop.desks.sagemaker.tuning import TuningDesk
from benchtop.door.front import Front
from benchtop.door.json11 import Door
from benchtop.door.neighbours import Neighbours
from benchtop.door.rest import RestDoor
from benchtop.door.server import PortTaken, Server
from benchtop.foreman import Foreman
from benchtop.runner import isolation
from benchtop.runner.images import Images
from benchtop.runner.runner import Runner
from benchtop.runner.serving import Serving
from benchtop.settings import Settings
from benchtop.store.lock import StateLock, StateTaken
from benchtop.store.logs import Logs
from benchtop.store.objects import Objects
from benchtop.store.records import Records
from benchtop.surroundings import surroundings

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Benchtop cannot start; the message says why, and what to do."""


class Bench:
    """One benchtop: its state, its desks, its door, and the foreman that keeps things going."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = StateLock(settings.state)

    def start(self, *, lasting: bool) -> None:
        """
        Take the state, listen, and go on with whatever had been running.

        Raises:
            CannotStart: when the state or the port is taken.
        """
        try:
            self._lock.__enter__()
            self._open()
        except (StateTaken, PortTaken) as no:
            raise CannotStart(str(no)) from no
        self._lock.tell(self.settings.endpoint, lasting=lasting)
        self._resume()

    def stop(self) -> None:
        """Stop listening, end every process of ours, and let go of the state."""
        raise NotImplementedError
