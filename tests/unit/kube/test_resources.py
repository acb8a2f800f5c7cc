"""The table of resources."""

import pytest

from kubecs.kube import resources
from kubecs.kube.resources import RESOURCES, resource_for


def test_every_row_is_found_by_its_manifest_type() -> None:
    for resource in RESOURCES:
        assert resource_for(resource.api_version, resource.kind) is resource
    assert len({resource.plural: resource.kind for resource in RESOURCES}) == len({each.kind for each in RESOURCES})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LookupError, match="Gadget"):
        resource_for("v1", "Gadget")


@pytest.mark.parametrize(
    ("resource", "namespace", "path"),
    [
        (resources.PODS, None, "/api/v1/pods"),
        (resources.PODS, "a", "/api/v1/namespaces/a/pods"),
        (resources.NODES, None, "/api/v1/nodes"),
        (resources.ECS_SERVICES, "a", "/apis/kubecs.dev/v1alpha1/namespaces/a/ecsservices"),
    ],
)
def test_collection_paths(resource: resources.Resource, namespace: str | None, path: str) -> None:
    assert resource.collection_path(namespace) == path


def test_object_paths() -> None:
    assert resources.PODS.path("a", "b") == "/api/v1/namespaces/a/pods/b"
    assert resources.DEPLOYMENTS.path("a", "b", "scale") == "/apis/apps/v1/namespaces/a/deployments/b/scale"
    assert resources.NODES.path(None, "n") == "/api/v1/nodes/n"
    assert resources.ROLE_BINDINGS.path("a", "x/../y").endswith("/rolebindings/x%2F..%2Fy")


def test_a_namespaced_object_needs_its_namespace() -> None:
    with pytest.raises(ValueError, match="namespace"):
        resources.PODS.path(None, "b")


def test_groups() -> None:
    assert (resources.PODS.group, resources.PODS.version) == ("", "v1")
    assert (resources.ECS_TASKS.group, resources.ECS_TASKS.version) == ("kubecs.dev", "v1alpha1")
