# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import importlib.util
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from benchtop.runner.isolation import Isolation

SDK = Path(importlib.util.find_spec("sagemaker").submodule_search_locations[0]) / "train"  # type: ignore[union-attr,index]
DRIVERS = SDK / "container_drivers"
TRAIN = """
import json, os, pathlib, sys
root = os.environ["SM_MODEL_DIR"]
pathlib.Path(root, "m").write_text("1")
print("trained", sys.argv[1:], os.path.basename(os.getcwd()))
"""


@pytest.fixture
def model_trainer(put: Any, script: Any) -> Any:
    """A request as the SDK's ModelTrainer makes it, with the SDK's own drivers."""
    template = runpy.run_path(str(SDK / "templates.py"))
    text = template["TRAIN_SCRIPT_TEMPLATE"].format(
        working_dir="cd /opt/ml/input/data/code \n",
        install_requirements="$SM_PIP_CMD install -r requirements.txt",
        execute_driver=template["EXECUTE_BASIC_SCRIPT_DRIVER"],
    )
    put("v3/sm_drivers/sm_train.sh", text.lstrip())
    for path in DRIVERS.rglob("*.py"):
        put(f"v3/sm_drivers/{path.relative_to(DRIVERS)}", path.read_bytes())
    source = {"source_dir": "x", "entry_script": "train.py", "requirements": "requirements.txt"}
    put("v3/sm_drivers/sourcecode.json", json.dumps(source))
    put("v3/sm_drivers/distributed.json", "{}")
    put("v3/code/train.py", TRAIN)
    put("v3/code/requirements.txt", "numpy")
    request = script(InputDataConfig=[_channel("code"), _channel("sm_drivers")])
    request["HyperParameters"] = {"eta": "0.1"}
    drivers = "/opt/ml/input/data/sm_drivers/sm_train.sh"
    request["AlgorithmSpecification"] |= {
        "ContainerEntrypoint": ["/bin/bash"],
        "ContainerArguments": ["-c", f"chmod +x {drivers} && {drivers}"],
    }
    return request


@pytest.mark.parametrize("way", ["best", "rewrite"])
def test_the_sdks_own_drivers_run(
    model_trainer: Any, ran: Any, said: Any, hire: Any, training: Any, way: str
) -> None:
    """
    What ModelTrainer sends runs to its end, also where no /opt/ml can be made.
    """
    if way == "rewrite":
        training.runner = hire(isolation=Isolation(name="rewrite"))

    job = ran(model_trainer)

    assert job["TrainingJobStatus"] == "Completed", said()
    assert "trained ['--eta', '0.1'] code" in said()
    assert "Requirement already satisfied: numpy" in said()


def _channel(name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://bucket/v3/{name}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
