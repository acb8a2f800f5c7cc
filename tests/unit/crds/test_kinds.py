"""The table of kinds: names, columns and subresources as documented, and every path in it leads somewhere."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from kubecs.crds.kinds import Kind, kinds
from kubecs.crds.nodes import Schema
from kubecs.crds.write import definition, files
from kubecs.kube.resources import resource_for
from kubecs.translate.labels import API_VERSION

LARGEST = 200 * 1024  # bytes; kubectl's client-side apply stores the whole file in an annotation of at most 256 KiB
KINDS = [pytest.param(kind, id=kind.kind) for kind in kinds()]
NAMES = [
    "ECSAccount",
    "ECSCluster",
    "ECSService",
    "ECSTask",
    "ECSTaskDefinition",
    "ECSTaskDefinitionRevision",
    "ECSTaskRecord",
]
TASK_COLUMNS = "CLUSTER TASKDEF GROUP LAST STOPCODE EXIT NODE AGE"
COLUMNS = {
    "ECSService": "CLUSTER STATUS TASKDEF DESIRED RUNNING PENDING ROLLOUT AGE",
    "ECSTaskDefinition": "FAMILY REVISION STATUS CONDITIONS AGE",
    "ECSTaskDefinitionRevision": "FAMILY REVISION STATUS CONDITIONS AGE",
    "ECSTask": TASK_COLUMNS,
    "ECSTaskRecord": TASK_COLUMNS,
}


def by_name(name: str) -> Kind:
    return next(kind for kind in kinds() if kind.kind == name)


def version(kind: Kind) -> Schema:
    found: Schema = definition(kind)["spec"]["versions"][0]
    return found


def walk(node: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from walk(child, f"{path}.{name}")
    if "items" in node:
        yield from walk(node["items"], f"{path}[]")


def node_at(schema: Schema, path: str) -> Schema:
    """The node that a JSON path of a column or selector leads to."""
    node = schema
    for part in re.sub(r"\[[^]]*\]", "[]", path).strip(".").split("."):
        node = node["properties"][part.removesuffix("[]")]
        node = node["items"] if part.endswith("[]") else node
    return node


def test_the_kinds() -> None:
    assert [kind.kind for kind in kinds()] == NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_knows_the_kind_by_the_same_name(kind: Kind) -> None:
    assert resource_for(API_VERSION, kind.kind).plural == kind.plural == f"{kind.kind.lower()}s"


def test_short_names_are_unique_and_clear_of_the_other_names() -> None:
    short = [name for kind in kinds() for name in kind.short_names]
    taken = {kind.plural for kind in kinds()} | {kind.kind.lower() for kind in kinds()}
    assert len(short) == len(set(short)) == len(kinds())
    assert not set(short) & taken


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_namespaced_and_in_the_category_ecs_alone(kind: Kind) -> None:
    spec = definition(kind)["spec"]
    assert (spec["scope"], spec["names"]["categories"]) == ("Namespaced", ["ecs"])


@pytest.mark.parametrize(("name", "columns"), COLUMNS.items())
def test_columns(name: str, columns: str) -> None:
    assert " ".join(column["name"].upper() for column in version(by_name(name))["additionalPrinterColumns"]) == columns


@pytest.mark.parametrize("kind", KINDS)
def test_columns_and_selectors_lead_somewhere(kind: Kind) -> None:
    paths = [(column.path, column.type) for column in kind.columns] + [(path, "string") for path in kind.selectable]
    for path, type_ in paths:
        assert node_at(kind.schema(), path)["type"] == type_, path


def test_services_scale() -> None:
    service = by_name("ECSService")
    assert version(service)["subresources"]["scale"] == {
        "specReplicasPath": ".spec.desiredCount",
        "statusReplicasPath": ".status.runningCount",
        "labelSelectorPath": ".status.selector",
    }
    schema = service.schema()
    assert node_at(schema, ".spec.desiredCount")["default"] == 1
    assert node_at(schema, ".status.selector")["type"] == "string"


@pytest.mark.parametrize("name", ["ECSService", "ECSTask"])
def test_the_cluster_can_be_selected_by(name: str) -> None:
    assert ".spec.cluster" in by_name(name).selectable


@pytest.mark.parametrize("kind", KINDS)
def test_the_status_begins_with_generation_minus_one_where_somebody_writes_it(kind: Kind) -> None:
    schema = kind.schema()
    if kind.kind in {"ECSAccount", "ECSTaskRecord"}:
        assert "status" not in schema["properties"]
        assert "subresources" not in version(kind)
        return
    assert version(kind)["subresources"]["status"] == {}
    assert schema["properties"]["status"]["default"] == {}
    assert node_at(schema, ".status.observedGeneration")["default"] == -1
    assert node_at(schema, ".status.conditions")["x-kubernetes-list-map-keys"] == ["type"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_else_has_a_default(kind: Kind) -> None:
    allowed = {".status", ".status.observedGeneration", ".spec.desiredCount"}
    assert {path for path, node in walk(kind.schema()) if "default" in node} <= allowed


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_nullable(kind: Kind) -> None:
    assert not [path for path, node in walk(kind.schema()) if "nullable" in node]


def test_tags_of_a_revision_lie_beside_its_document() -> None:
    spec = by_name("ECSTaskDefinitionRevision").spec["properties"]
    assert "tags" in spec
    assert "tags" not in spec["taskDefinition"]["properties"]
    assert "kubernetes" not in spec["taskDefinition"]["properties"]


def test_a_record_has_every_member_of_a_task_that_a_cluster_can_fill() -> None:
    spec = by_name("ECSTaskRecord").spec["properties"]
    for name in [
        "createdAt",
        "pullStartedAt",
        "pullStoppedAt",
        "startedAt",
        "stoppingAt",
        "executionStoppedAt",
        "stoppedAt",
    ]:
        assert spec[name]["format"] == "date-time"
    assert {"podName", "podUID", "nodeName", "exitCode", "object", "lastLogs"} <= spec["kubernetes"][
        "properties"
    ].keys()


@pytest.mark.parametrize("name", files())
def test_every_crd_is_small_enough_for_client_side_apply(name: str) -> None:
    text = files()[name]
    assert len(text.encode()) < LARGEST
    assert len(json.dumps(yaml.safe_load(text)).encode()) < LARGEST
