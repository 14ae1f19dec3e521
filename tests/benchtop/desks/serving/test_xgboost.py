"""That a real XGBoost model serves."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

xgboost = pytest.importorskip("xgboost")
numpy = pytest.importorskip("numpy")

SCRIPT = b"""
import os, xgboost
def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "xgboost-model.json"))
    return booster
"""


def trained() -> tuple[Any, Any]:
    """A booster of two trees, and the rows it was trained on."""
    rows = numpy.arange(40, dtype=float).reshape(20, 2)
    matrix = xgboost.DMatrix(rows, label=(rows[:, 0] > 20).astype(float))
    return xgboost.train({"objective": "binary:logistic", "nthread": 1}, matrix, 2), rows


def test_a_booster_predicts_as_it_did_where_it_was_trained(house: Any) -> None:
    """CSV in, JSON out, by the image's default functions; the numbers are the booster's own."""
    booster, rows = trained()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        files = {"xgboost-model.json": bytes(booster.save_raw("json")), "code/inference.py": SCRIPT}
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    house.put("model.tar.gz", out.getvalue())
    house.client.create_model(ModelName="m", PrimaryContainer={
        "Image": "sagemaker-xgboost:1", "ModelDataUrl": "s3://bucket/model.tar.gz"
    })  # fmt: skip

    described = house.endpoint(house.config("m", {"m": 1.0}))
    body = "\n".join(",".join(map(str, row)) for row in rows[:3])
    answered = house.ask(body, accept="application/json")

    assert described["EndpointStatus"] == "InService", described
    expected = booster.predict(xgboost.DMatrix(rows[:3])).tolist()
    assert numpy.allclose(json.loads(answered["Body"]), expected)
