"""The chart's objects under the API schemas of every Kubernetes minor that its kubeVersion allows."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.apischema import MINORS, problems, version_of
from tests.chart.test_render import EVERYTHING
from tests.chart.test_values import SEEN, WITH, merged, nested
from tools import schemas
from tools.helm import CHART, HelmError, render

# Kinds of others, whose schemas are not Kubernetes'.
FOREIGN = ("monitoring.coreos.com/", "cert-manager.io/")


def _refused(minor: str, documents: list[dict[str, Any]]) -> list[str]:
    ours = [each for each in documents if not each["apiVersion"].startswith(FOREIGN)]
    assert ours
    return [problem for each in ours for problem in problems(minor, each)]


def test_the_minors_begin_with_the_charts_oldest() -> None:
    wanted = yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"]
    oldest = re.search(r">=(\d+\.\d+)", wanted)
    assert oldest is not None
    assert oldest[1] == MINORS[0]
    first = int(MINORS[0].partition(".")[2])
    assert tuple(f"1.{minor}" for minor in range(first, first + len(MINORS))) == MINORS
    assert tuple(map(version_of, MINORS)) == schemas.versions(), "make schemas"


@pytest.mark.parametrize("minor", MINORS)
def test_everything_is_known_to_each_minor(minor: str) -> None:
    assert _refused(minor, render(EVERYTHING, kubernetes=version_of(minor))) == []


@pytest.mark.parametrize("path", SEEN)
def test_each_value_gives_objects_that_each_minor_knows(path: str) -> None:
    values = merged(WITH.get(path, {}), nested(path, SEEN[path][0]))
    documents = render(values, kubernetes=version_of(MINORS[0]))
    assert {minor: found for minor in MINORS if (found := _refused(minor, documents))} == {}


def test_an_older_minor_is_refused() -> None:
    with pytest.raises(HelmError, match="kubeVersion"):
        render(kubernetes="v1.33.9")


@pytest.mark.parametrize("minor", MINORS)
def test_what_no_minor_knows_is_found(minor: str) -> None:
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "label": {}},
        "spec": {"containers": [{"image": 1, "ports": [{"hostPort": 1}]}], "restartPolicy": "Always"},
    }
    assert problems(minor, pod) == [
        "Pod.metadata.label: unknown field",
        "Pod.spec.containers[0].name: missing",
        "Pod.spec.containers[0].image: 1 is no string",
        "Pod.spec.containers[0].ports[0].containerPort: missing",
    ]
