"""Image references: Docker Hub's short names, and registries that stand in for others."""

import pytest

from kubecs.translate.images import image
from kubecs.translate.maps import NO_MAPS, Maps, Registry

DIGEST = "sha256:" + "0" * 64
MAPS = Maps(
    registries=(
        Registry("docker.io", "mirror.example/hub"),
        Registry("docker.io/library", "mirror.example/official/"),
        Registry("*.dkr.ecr.*.amazonaws.com", "registry.example"),
        Registry("quay.io/team/app", "registry.example/app"),
    )
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        (f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        ("team/app:1", "docker.io/team/app:1"),
        ("localhost/app", "localhost/app"),
        ("registry:5000/app", "registry:5000/app"),
        ("quay.io/team/app:1", "quay.io/team/app:1"),
        ("${IMAGE}", "${IMAGE}"),
        ("<IMAGE1_NAME>", "<IMAGE1_NAME>"),
    ],
)
def test_references_are_written_out(given: str, expected: str) -> None:
    assert image(given, NO_MAPS) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("nginx:1.27", "mirror.example/official/nginx:1.27"),
        ("team/app", "mirror.example/hub/team/app"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2", "registry.example/shop/web:2"),
        ("quay.io/team/application", "quay.io/team/application"),
        ("quay.io/team/app/web", "registry.example/app/web"),
        ("ghcr.io/team/app", "ghcr.io/team/app"),
    ],
)
def test_the_longest_entry_rewrites(given: str, expected: str) -> None:
    assert image(given, MAPS) == expected
