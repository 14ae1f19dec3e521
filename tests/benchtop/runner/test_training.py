from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_script_trains_on_its_channels_and_leaves_a_model(ran, script, put, read):
    """
    Data comes by SM_CHANNEL_TRAIN, the model goes by SM_MODEL_DIR, the metric by the log.
    """
    text = """
import os, pathlib, sys
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"], "a.csv").read_text()
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text(rows)
print("[0]\\tvalidation-auc:0.75", sys.argv[1:], os.getcwd())
"""
    uri = put("data/train/a.csv", "1,2").removesuffix("/a.csv")
    metric = {"Name": "validation:auc", "Regex": r"#011validation-auc:(\S+)"}
    channel = {
        "ChannelName": "train",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
    }
    job = ran(script(text, metrics=[metric], InputDataConfig=[channel], hyperparameters={"eta": "0.1"}))

    assert job["TrainingJobStatus"] == "Completed", job
    assert job["FinalMetricDataList"][0]["Value"] == 0.75
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://bucket/out/job/output/model.tar.gz"
    assert read("out/job/output/model.tar.gz")
    assert [t["Status"] for t in job["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed"
    ]
