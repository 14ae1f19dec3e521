"""Puts the parts together; the only module that knows them all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from types import TracebackType
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
from benchtop.door.server import Server
from benchtop.foreman import Foreman
from benchtop.runner import isolation
from benchtop.runner.images import Images
from benchtop.runner.runner import Runner
from benchtop.runner.serving import Serving
from benchtop.settings import Settings
from benchtop.store.lock import StateLock
from benchtop.store.logs import Logs
from benchtop.store.objects import Objects
from benchtop.store.records import Records
from benchtop.surroundings import surroundings
from benchtop.wire import Json

log = logging.getLogger(__name__)


def service_model(name: str) -> ServiceModel:
    """Botocore's description of an AWS service."""
    loader = botocore.session.get_session().get_component("data_loader")
    return ServiceModel(loader.load_service_model(name, "service-2"), name)
