"""What evaluate.py and the serving code in an archive promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SERVE = """
import json, sys
sys.path.insert(0, sys.argv[1] + "/code")
import inference
model = inference.model_fn(sys.argv[1])
body = sys.stdin.buffer.read()
rows = inference.input_fn(body, sys.argv[2])
print(json.dumps(inference.output_fn(inference.predict_fn(rows, model), sys.argv[3])))
"""


def serve(model: Path, body: str, content_type: str, accept: str = "application/json") -> Any:
    done = subprocess.run(
        [sys.executable, "-c", SERVE, str(model), content_type, accept],
        input=body,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture(scope="session")
def judged(
    scripts: Any, prepared: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two models, a weak one first, judged."""
    top = tmp_path_factory.mktemp("judged")
    weak = scripts.train_arguments(prepared, top / "weak", num_round=1, max_depth=1)
    assert scripts.run("train.py", *weak).returncode == 0
    scripts.pack(top / "weak", top / "models" / "0" / "model.tar.gz")
    scripts.pack(trained, top / "models" / "1" / "model.tar.gz")
    asked = ["--models", top / "models", "--test", prepared / "test", "--output", top]
    done = scripts.run("evaluate.py", *asked, "--names", "weak", "strong")
    assert done.returncode == 0, done.stderr
    return top


def test_the_better_model_wins_and_is_passed_on(judged: Path) -> None:
    """
    The winner has the higher AUC on the test flights, and its archive is the output, unchanged.
    """
    report = json.loads((judged / "evaluation" / "evaluation.json").read_text())
    scores = {each["name"]: each["auc"] for each in report["candidates"]}

    assert report["winner"]["name"] == "strong"
    assert scores["strong"] > scores["weak"]
    assert (judged / "winner" / "model.tar.gz").read_bytes() == (
        judged / "models" / "1" / "model.tar.gz"
    ).read_bytes()


def test_the_report_holds_what_a_judge_needs(judged: Path) -> None:
    """
    Scores, calibration, latency, a baseline, and the metrics under the registry's names.
    """
    report = json.loads((judged / "evaluation" / "evaluation.json").read_text())
    winner = report["winner"]

    assert {"auc", "logloss", "brier", "f1", "p50_ms", "p99_ms"} <= set(winner)
    assert sum(each["flights"] for each in winner["calibration"]) == report["flights"]
    assert report["binary_classification_metrics"]["auc"]["value"] == winner["auc"]
    assert 0.5 < report["baseline"]["auc"] < 1


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08broken"])
def test_a_broken_archive_is_a_sentence(
    scripts: Any, prepared: Path, tmp_path: Path, content: bytes
) -> None:
    """
    An archive that cannot be unpacked is named; there is no traceback.
    """
    archive = tmp_path / "models" / "0" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(content)
    asked = ["--models", tmp_path / "models", "--test", prepared / "test", "--output", tmp_path]

    done = scripts.run("evaluate.py", *asked)

    assert done.returncode == 1
    assert "is not a usable model archive" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_and_csv_are_answered_alike(trained: Path, january: list[dict[str, str]]) -> None:
    """
    The same flights as JSON and as CSV have the same probabilities.
    """
    flights = january[:3]
    columns = list(flights[0])
    table = "\n".join([",".join(columns), *(",".join(row.values()) for row in flights)])

    by_json, kind = serve(trained, json.dumps({"instances": flights}), "application/json")
    by_csv, _ = serve(trained, table, "text/csv; charset=utf-8", "text/csv")

    said = [each["probability"] for each in json.loads(by_json)["predictions"]]
    assert kind == "application/json"
    assert said == [float(each) for each in by_csv.split()]


def test_an_unknown_airport_is_served(trained: Path, january: list[dict[str, str]]) -> None:
    """
    A destination that training never saw gets the overall share, not an error.
    """
    answer, _ = serve(trained, json.dumps({**january[0], "dest": "XXX"}), "application/json")

    assert 0 < json.loads(answer)["predictions"][0]["probability"] < 1


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("{}", "application/json", "flight 1 has no 'sched_dep_time'"),
        ("a,b\n1,2", "text/csv", "The request has no column 'sched_dep_time'"),
        ("x", "image/png", "Content type image/png is not served"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(
    trained: Path, body: str, kind: str, says: str
) -> None:
    """
    The complaint names the flight, the column or the content type.
    """
    assert says in serve(trained, body, kind)
