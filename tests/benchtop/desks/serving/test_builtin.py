"""Models of the built-in algorithm, served without a script."""

from __future__ import annotations

import io
import json
import pickle
import tarfile
from typing import Any

import pytest

xgboost = pytest.importorskip("xgboost")
numpy = pytest.importorskip("numpy")

ROWS = numpy.arange(60, dtype="float32").reshape(20, 3) / 10
CLASSES = numpy.arange(20) % 3


def trained(objective: str, labels: Any, **more: Any) -> Any:
    """A small booster."""
    matrix = xgboost.DMatrix(ROWS, label=labels)
    return xgboost.train({"objective": objective, "nthread": 1, **more}, matrix, 2)


BINARY = trained("binary:logistic", CLASSES > 0)
MANY = trained("multi:softprob", CLASSES, num_class=3)


@pytest.fixture
def serve(house: Any) -> Any:
    """Serves files as a model of the image, on an endpoint; its description."""

    def start(image: str = "sagemaker-xgboost:1.7-1", **files: bytes) -> Any:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(name.replace("_", "-"))
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        house.put("model.tar.gz", out.getvalue())
        container = {"Image": image, "ModelDataUrl": "s3://bucket/model.tar.gz"}
        house.client.create_model(ModelName="m", PrimaryContainer=container)
        return house.endpoint(house.config("m", {"m": 1.0}))

    return start


def csv(rows: Any) -> str:
    return "\n".join(",".join(map(str, row)) for row in rows)


def test_a_model_without_a_script_answers_in_every_format(house: Any, serve: Any) -> None:
    """§9: CSV and libsvm in, CSV (a line each) and JSON (predictions, scores) out."""
    assert serve(xgboost_model=bytes(BINARY.save_raw("ubj")))["EndpointStatus"] == "InService"
    expected = BINARY.predict(xgboost.DMatrix(ROWS[:2])).tolist()
    sparse = "\n".join(
        " ".join(["0", *(f"{at}:{cell}" for at, cell in enumerate(row))])
        for row in ROWS[:2].tolist()
    )

    plain = house.ask(csv(ROWS[:2].tolist()))
    told = house.ask(csv(ROWS[:2].tolist()), accept="application/json")
    libsvm = house.ask(sparse, content_type="text/x-libsvm", accept="text/csv")

    assert plain["ContentType"] == "text/csv"
    assert numpy.allclose([float(each) for each in plain["Body"].split()], expected)
    assert told["ContentType"] == "application/json"
    scores = [each["score"] for each in json.loads(told["Body"])["predictions"]]
    assert numpy.allclose(scores, expected)
    assert libsvm["Body"] == plain["Body"]


def test_bad_requests_are_told_why(house: Any, serve: Any) -> None:
    """§9: a type, row, width or answer that the algorithm does not know is a client error."""
    serve(xgboost_model=bytes(BINARY.save_raw("ubj")))
    row = csv(ROWS[:1].tolist())
    bad = [
        ({"body": '{"x": 1}', "content_type": "application/json"}, 415, "is not an accepted Cont"),
        ({"body": row, "content_type": "application/x-parquet"}, 415, "is not supported"),
        ({"body": "1", "content_type": "recordio-protobuf"}, 415, "not honoured by benchtop"),
        ({"body": "a,b,c"}, 415, "Loading csv data failed with Exception"),
        ({"body": "1,2,3\n4,5"}, 415, "Loading csv data failed with Exception"),
        ({"body": "0 1:x", "content_type": "text/libsvm"}, 415, "Loading libsvm data failed"),
        ({"body": "1,2,3,4,5"}, 400, "Feature size of csv inference data 5 is not consistent"),
        ({"body": "0 9:1", "content_type": "text/libsvm"}, 400, "inference data 10 is larger"),
        ({"body": row, "accept": "image/png"}, 406, "Accept type image/png is not supported"),
    ]
    for request, status, sentence in bad:
        with pytest.raises(Exception, match=sentence) as refused:
            house.ask(**request)
        assert f"({status})" in str(refused.value)
    assert house.ask("1,2,nan\n1,,3")["Body"].count(b"\n") == 2


def test_several_classes_and_several_models(house: Any, serve: Any) -> None:
    """§9: a row of chances for several classes; the models of a cross validation are averaged."""
    other = trained("multi:softprob", CLASSES[::-1].copy(), num_class=3)
    files = {
        f"xgboost_model_{at}": bytes(each.save_raw("ubj")) for at, each in enumerate((MANY, other))
    }
    assert serve(image="xgboost:1", **files)["EndpointStatus"] == "InService"
    matrix = xgboost.DMatrix(ROWS[:2])
    expected = (MANY.predict(matrix) + other.predict(matrix)) / 2

    answered = house.ask(csv(ROWS[:2].tolist()))["Body"].decode().splitlines()

    assert numpy.allclose([[float(cell) for cell in row.split(",")] for row in answered], expected)


def test_a_pickle_is_a_model_or_nothing(house: Any, serve: Any) -> None:
    """A pickled booster of an old image serves; a pickle that would run something does not."""

    class Evil:
        def __reduce__(self) -> Any:
            return print, ("run",)

    described = serve(xgboost_model=pickle.dumps(Evil()))
    assert described["EndpointStatus"] == "Failed"
    assert "a model holds no builtins.print" in described["FailureReason"]
    house.client.delete_endpoint(EndpointName="endpoint")
    house.gone()
    house.client.delete_endpoint_config(EndpointConfigName="m")
    house.client.delete_model(ModelName="m")

    assert serve(xgboost_model=pickle.dumps(BINARY))["EndpointStatus"] == "InService"


def test_output_that_can_be_selected_is_refused_by_name(house: Any) -> None:
    """A variable that would change the answers is the FailureReason, not forgotten."""
    house.upload("model.tar.gz", {"xgboost-model": "trees"})
    container = {
        "Image": "sagemaker-xgboost:1", "ModelDataUrl": "s3://bucket/model.tar.gz",
        "Environment": {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"},
    }  # fmt: skip
    house.client.create_model(ModelName="m", PrimaryContainer=container)

    described = house.endpoint(house.config("m", {"m": 1.0}))

    assert "SAGEMAKER_INFERENCE_OUTPUT is not honoured" in described["FailureReason"]
