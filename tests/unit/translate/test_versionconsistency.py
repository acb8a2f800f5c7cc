"""versionConsistency: a known digest in place of a tag, and nothing else."""

import pytest

from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from kubecs.translate.versionconsistency import ContainerImage, image_that_ran
from tests.unit.translate.documents import container, context, task

DIGEST = f"sha256:{'a' * 64}"
KNOWN = {"web": ContainerImage("docker.io/library/nginx:1.27", DIGEST)}


def rendered(**members: object) -> tuple[str, str]:
    template = pod_template(task(container(**members), memory="512"), context(images=KNOWN), standalone=False)
    (only,) = template["spec"]["containers"]
    return only["image"], only["imagePullPolicy"]


@pytest.mark.parametrize("consistency", [None, "enabled"])
def test_a_known_digest_takes_the_place_of_the_tag(consistency: str | None) -> None:
    members = {"versionConsistency": consistency} if consistency else {}
    assert rendered(**members) == (f"docker.io/library/nginx@{DIGEST}", "IfNotPresent")


@pytest.mark.parametrize(
    ("members", "image"),
    [
        ({"versionConsistency": "disabled"}, "docker.io/library/nginx:1.27"),
        ({"image": "nginx:1.28"}, "docker.io/library/nginx:1.28"),
        ({"image": "mirror.example/nginx:1.27"}, "mirror.example/nginx:1.27"),
        ({"name": "other"}, "docker.io/library/nginx:1.27"),
    ],
)
def test_what_is_not_wanted_or_not_the_same_image_keeps_its_tag(members: dict[str, str], image: str) -> None:
    assert rendered(**members) == (image, "Always")


def test_a_digest_in_the_document_stays() -> None:
    image = f"docker.io/library/nginx@sha256:{'b' * 64}"
    assert rendered(image=image) == (image, "IfNotPresent")


@pytest.mark.parametrize(
    ("reference", "image_id", "pinned"),
    [
        ("docker.io/library/nginx:1.27", f"docker.io/library/nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        ("r.example:5000/a/b:1", f"docker-pullable://r.example:5000/a/b@{DIGEST}", f"r.example:5000/a/b@{DIGEST}"),
        ("r.example:5000/a/b", f"r.example:5000/a/b@{DIGEST}", f"r.example:5000/a/b@{DIGEST}"),
        ("kubecs:dev", DIGEST, None),  # loaded onto the node
        ("docker.io/library/kubecs:dev", f"docker.io/library/import-2026-01-01@{DIGEST}", None),
        ("docker.io/library/nginx:1.27", "", None),
        ("docker.io/library/nginx:1.27", "docker.io/library/nginx@sha256:short", None),
    ],
)
def test_what_the_kubelet_says_of_an_image(reference: str, image_id: str, pinned: str | None) -> None:
    found = image_that_ran(reference, image_id)
    assert (found.pinned if found else None) == pinned


def test_consistency_that_is_asked_for_is_not_there_at_first() -> None:
    def conditions(**members: str) -> list[str]:
        return [each.condition for each in findings(task(container(**members)))]

    assert conditions(versionConsistency="enabled") == ["DigestUnresolved"]
    assert conditions(versionConsistency="enabled", image=f"nginx@{DIGEST}") == []
    assert conditions() == []
