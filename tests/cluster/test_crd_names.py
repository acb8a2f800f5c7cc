"""Names: the API server takes the name that translate/names.py makes of what ECS calls a thing, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from kubecs.translate.names import OBJECT_LIMIT, PAIR_LIMIT, object_name, service_object_name
from tests.cluster.crd_documents import (
    cluster_object,
    document,
    refusal,
    revision,
    service,
    taken,
    task_definition,
)
from tools.localcluster import LocalCluster

NAMES = [
    "a",
    "0",
    "web",
    "web-1",
    "3-tier",
    "Web",
    "WEB_API",
    "web_api",
    "web-",
    "-web",
    "_web_",
    "-",
    "_",
    "a--b",
    "a" * (PAIR_LIMIT - 9),
    "a" * PAIR_LIMIT,
    "a" * (PAIR_LIMIT + 1),
    "A" * (PAIR_LIMIT - 9),
    "A" * (PAIR_LIMIT - 8),
    "a" * (OBJECT_LIMIT - 9),
    "a" * OBJECT_LIMIT,
    "a" * (OBJECT_LIMIT + 1),
    "A" * OBJECT_LIMIT,
    "_" * 255,
    "-Web" * 63,
    "web-0123abcd",
]
CLUSTERS = ["default", "prod", "Prod_EU", "-", "c" * PAIR_LIMIT, "C" * 255]


def renamed(manifest: Mapping[str, Any], name: str) -> dict[str, Any]:
    return document(manifest["kind"], name, manifest["spec"])


def wrong(name: str) -> list[str]:
    """Names that are not the one: another text, digits too few, too many or where none belong."""
    digits = "-0123abcd"
    found = [f"{name}x", f"x{name}", name[:-1], f"{name}{digits}", name.replace("-", "--", 1), name[:-9] + digits[:-1]]
    shortened = name[:-10] + name[-9:] if name[-9:-8] == "-" else ""
    return [each for each in [*found, shortened] if each not in ("", name) and each[0].isalnum() and each[-1].isalnum()]


@pytest.mark.usefixtures("crds_alone")
def test_families_and_clusters_are_called_as_the_operator_calls_them(cluster: LocalCluster, namespace: str) -> None:
    for name in NAMES:
        taken(cluster, namespace, task_definition(name))
        taken(cluster, namespace, cluster_object(name))
        taken(cluster, namespace, revision(name, 17))


@pytest.mark.usefixtures("crds_alone")
def test_services_are_called_as_the_operator_calls_them(cluster: LocalCluster, namespace: str) -> None:
    for group in CLUSTERS:
        for name in NAMES:
            taken(cluster, namespace, service(name, cluster=group))


@pytest.mark.parametrize("name", ["web", "a" * OBJECT_LIMIT, "Web_API", "_web", "A" * 255])
@pytest.mark.usefixtures("crds_alone")
def test_any_other_name_of_a_family_is_refused(name: str, cluster: LocalCluster, namespace: str) -> None:
    right = object_name(name)
    for other in wrong(right):
        cause = refusal(cluster, namespace, renamed(task_definition(name), other)).about("metadata.name must be")
        assert cause is not None, other
        assert cause.field == "metadata.name"


@pytest.mark.parametrize(("group", "name"), [("prod", "web"), ("Prod", "web"), ("prod", "Web"), ("default", "Web")])
@pytest.mark.usefixtures("crds_alone")
def test_any_other_name_of_a_service_is_refused(group: str, name: str, cluster: LocalCluster, namespace: str) -> None:
    right = service_object_name(group, name)
    for other in [*wrong(right), f"{right}.web", name.lower(), f"default.{name.lower()}"]:
        assert refusal(cluster, namespace, renamed(service(name, cluster=group), other)).about("metadata.name must be")


@pytest.mark.usefixtures("crds_alone")
def test_a_revision_is_called_by_family_and_number(cluster: LocalCluster, namespace: str) -> None:
    for other in ("web.2", "web", "web.1.1", "web.01", "web-1", "1.web"):
        assert refusal(cluster, namespace, renamed(revision("web", 1), other)).about("metadata.name must be web.")


@pytest.mark.usefixtures("crds_alone")
def test_the_message_says_which_name_would_be_right(cluster: LocalCluster, namespace: str) -> None:
    wanted = {
        "web": "metadata.name must be web",
        "Web_API": "metadata.name must be web-api-<8 hex digits of the SHA-256 of Web_API>",
        "_a": "metadata.name must be x-a-<8 hex digits of the SHA-256 of _a>",
    }
    for family, message in wanted.items():
        answer = refusal(cluster, namespace, renamed(task_definition(family), "other"))
        assert [cause.message for cause in answer.causes] == [f"Invalid value: {message}"]


@pytest.mark.usefixtures("crds_alone")
def test_names_are_not_generated(cluster: LocalCluster, namespace: str) -> None:
    manifest = task_definition() | {"metadata": {"generateName": "web-"}}
    path = cluster.api.resource("ECSTaskDefinition").path(namespace)
    with pytest.raises(RuntimeError, match=r"metadata\.name must be web"):
        cluster.api.call("POST", path, manifest)
