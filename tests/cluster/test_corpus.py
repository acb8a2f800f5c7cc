"""Task definitions that other people wrote: each runs as a service, or is refused for a reason that is named.

In `make test` a seeded sample of the documents, in `make soak` all of them.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from kubecs.ecs.members import members
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.values import AccountId
from kubecs.plan.account import account_of
from kubecs.plan.conditions import find, is_true, stored
from kubecs.plan.subset import is_subset
from kubecs.translate import labels, names
from kubecs.translate.deployment import service_pod_annotations
from kubecs.translate.dockervolumes import BUILT_IN, claim_name, claim_spec
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.serviceaccount import service_account_name
from kubecs.translate.verdicts import findings
from tests import soak
from tests.cluster import corpus
from tests.cluster.corpus import Entry, lost_members
from tests.cluster.rig import POLL_SECONDS, Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.soak

SAMPLE = {False: 24, True: 6}  # of the well-formed and of the malformed documents
LEAST_RUNNING = 0.4  # of the well-formed documents; many name roles that are placeholders
SETTLED_SECONDS = 120.0  # for all documents together
ACCOUNT = AccountId("111122223333", "eu-west-1", "aws")
ACCOUNT_SPEC: dict[str, Any] = {
    "accountId": ACCOUNT.account_id,
    "region": ACCOUNT.region,
    "allow": {
        "privileged": True,
        "hostNetwork": True,
        "hostPID": True,
        "hostIPC": True,
        "capabilities": ["ALL"],
        "hostVolumes": ["/"],
    },
    "secrets": [{"from": each, "secretName": "any", "key": "value"} for each in ("*", "arn:*")],
    "pullSecrets": [
        {"from": each, "secretNames": [name]}
        for each, name in (("arn:*:role/*", "for-a-role"), ("*ROLE*", "for-a-role"), ("*", "any"))
    ],
    "environmentFiles": [{"from": "*", "configMapName": "any"}],
    "fileSystems": [
        {"from": "*", "nfs": {"server": "nfs.example", "path": "/any"}, **point} for point in ({}, {"accessPoint": "*"})
    ],
}
MAPS = account_of({"spec": ACCOUNT_SPEC}, "any", ACCOUNT.region).maps
MEMBERS = [member.name for member in members(RegisterTaskDefinitionRequest)]
NAMES_A_MEMBER = re.compile(rf"\b(?:{'|'.join(MEMBERS)})\b|unknown field \"spec\.\w")
# A family fails with its service, and a service waits for its family: the other one says why.
SAID_BY_THE_OTHER = ("ServiceFailed", "TaskDefinitionNotRegistered")
RUNNING, REFUSED, LOST = "running", "refused", "lost"


@dataclass
class Fate:
    """What became of one document.

    Attributes:
        entry: The document.
        kubectl: Works in the namespace that it was applied in.
        outcome: running, refused or lost.
        by: Who refused it.
        message: The reason that was given, or the last that was seen of what is lost.
        objects: By kind, what was there when its task ran.
    """

    entry: Entry
    kubectl: Kubectl
    outcome: str = LOST
    by: str = ""
    message: str = ""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """Name of its service."""
        return f"corpus-{self.entry.number}"

    def settle(self, outcome: str, message: str, by: str = "") -> None:
        """Decides its fate."""
        self.outcome, self.message, self.by = outcome, message, by


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """The documents of this run."""
    found = corpus.entries()
    if not found:
        pytest.skip("the corpus of other people's documents is not beside the checkout")
    kinds = ([each for each in found if each.malformed is malformed] for malformed in SAMPLE)
    return [each for kind, count in zip(kinds, SAMPLE.values(), strict=True) for each in soak.sample(kind, count)]


@pytest.fixture(scope="module")
def fates(cluster: LocalCluster, operator: OperatorProcess, entries: list[Entry]) -> Iterator[list[Fate]]:
    """Every document applied with kubectl, run as a service of one task, and looked at until it is settled."""
    operator.ensure_default()
    spaces: dict[int, Kubectl] = {}
    placed: Counter[str] = Counter()
    found = []
    for entry in entries:  # documents of one family go to different namespaces
        nth = placed[entry.object_name]
        placed[entry.object_name] += 1
        if nth not in spaces:
            spaces[nth] = account_namespace(cluster)
        found.append(Fate(entry, spaces[nth]))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(register, found))
    accepted = [fate for fate in found if fate.by == ""]
    for fate in accepted:
        provide_volumes(fate)
    for kubectl in spaces.values():
        services = [service_of(fate) for fate in accepted if fate.kubectl is kubectl]
        if services:
            kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": services}))
    settle(accepted)
    yield found
    for kubectl in spaces.values():
        cluster.api.call("DELETE", f"/api/v1/namespaces/{kubectl.namespace}")


def account_namespace(cluster: LocalCluster) -> Kubectl:
    """A namespace that allows its tasks everything, and maps whatever they name."""
    name = f"corpus-{secrets.token_hex(4)}"
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    wait_for(lambda: cluster.api.answers(f"/api/v1/namespaces/{name}/serviceaccounts/default"), 30)
    kubectl = Kubectl(cluster, name)
    kubectl.apply(
        {"apiVersion": labels.API_VERSION, "kind": "ECSAccount", "metadata": {"name": "default"}, "spec": ACCOUNT_SPEC}
    )
    return kubectl


def provide_volumes(fate: Fate) -> None:
    """What the shared volumes of a document need: a volume for each claim, and the claim where it is not made."""
    for volume in RegisterTaskDefinitionRequest.model_validate(fate.entry.stored).volumes or ():
        docker, claim = volume.docker_volume_configuration, claim_name(volume)
        if docker is None or docker.scope != "shared":
            continue
        namespace, spec = fate.kubectl.namespace, claim_spec(BUILT_IN)
        bound = {
            "capacity": spec["resources"]["requests"],
            "accessModes": spec["accessModes"],
            "hostPath": {"path": "/any"},
            "claimRef": {"namespace": namespace, "name": claim},
        }
        manifests = [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": f"{namespace}-{claim}"},
                "spec": bound,
            }
        ]
        if not docker.autoprovision:
            metadata = {"name": claim, "namespace": namespace}
            manifests.append({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec})
        fate.kubectl.apply(manifests)


def register(fate: Fate) -> None:
    """`kubectl apply` of the document as an ECSTaskDefinition."""
    manifest = {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSTaskDefinition",
        "metadata": {"name": fate.entry.object_name},
        "spec": fate.entry.document,
    }
    try:
        fate.kubectl("apply", "-f", "-", input=json.dumps(manifest))
    except RuntimeError as refused:
        fate.settle(REFUSED, str(refused), by="the API server")


def service_of(fate: Fate) -> dict[str, Any]:
    """A service of one task of the document."""
    document = fate.entry.document
    fargate = "FARGATE" in (document.get("requiresCompatibilities") or ())
    spec: dict[str, Any] = {
        "serviceName": fate.service,
        "taskDefinition": document["family"],
        "desiredCount": 1,
        "launchType": "FARGATE" if fargate else "EC2",
    }
    if document.get("networkMode") == "awsvpc":
        spec["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}}
    return {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSService",
        "metadata": {"name": fate.service},
        "spec": spec,
    }


def settle(fates: list[Fate]) -> None:
    """Looks until every document runs or is refused; a service that runs makes room for the others' host ports."""
    open_, deadline = list(fates), time.monotonic() + SETTLED_SECONDS
    while open_ and time.monotonic() < deadline:
        for fate in open_:
            look(fate)
        open_ = [fate for fate in open_ if fate.outcome == LOST]
        time.sleep(POLL_SECONDS)


def look(fate: Fate) -> None:
    """Decides the fate of a document, if its objects do."""
    family, service = (fate.kubectl.get(kind, name) for kind, name in names_of(fate).items())
    for obj in (service, family):
        said = find(stored(obj), "Stalled") or {}
        if said.get("status") == "True" and said["reason"] not in SAID_BY_THE_OTHER:
            fate.settle(REFUSED, f"{said['reason']}: {said['message']}", by=f"the operator, on the {obj['kind']}")
            return
    fate.message = json.dumps([family.get("status"), service.get("status")])
    if is_true(stored(service), "Ready") and service["status"]["runningCount"] == 1:
        fate.objects = children(fate, family, service)
        if not stored(fate.objects["ECSTaskDefinitionRevision"]):
            return  # what does not carry over is said of it in its turn, which may come after its task runs
        fate.settle(RUNNING, "")
        fate.kubectl.delete("ECSService", fate.service)


def names_of(fate: Fate) -> dict[str, str]:
    """Kind to name of what was applied."""
    return {"ECSTaskDefinition": fate.entry.object_name, "ECSService": fate.service}


def children(fate: Fate, family: dict[str, Any], service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the operator made."""
    revision = names.revision_object_name(fate.entry.document["family"], family["status"]["latestRevision"])
    return {
        "ECSTaskDefinitionRevision": fate.kubectl.get("ECSTaskDefinitionRevision", revision),
        "Deployment": fate.kubectl.get("Deployment", names.child_name("default", fate.service)),
        "ECSService": service,
    }


def test_each_document_runs_or_is_refused_and_none_is_lost(fates: list[Fate], tell: Callable[[str], None]) -> None:
    counts = Counter(fate.outcome for fate in fates)
    part = "all" if soak.whole() else f"a seeded sample (seed {soak.SEED}) of"
    tell(
        f"corpus: {part} {len(fates)} documents: {counts[RUNNING]} running, "
        f"{counts[REFUSED]} refused with a named reason, {counts[LOST]} silently lost"
    )
    assert {fate.entry.file: fate.message for fate in fates if fate.outcome == LOST} == {}
    assert counts[RUNNING] > LEAST_RUNNING * sum(not fate.entry.malformed for fate in fates)


def test_malformed_documents_are_refused_by_the_api_server(fates: list[Fate], tell: Callable[[str], None]) -> None:
    malformed = [fate for fate in fates if fate.entry.malformed]
    null = [fate for fate in malformed if fate.entry.malformed_by_null_alone]
    assert len(malformed) > len(null)
    assert [fate.entry.file for fate in malformed if fate.by != "the API server" and fate not in null] == []
    taken = sum(fate.by != "the API server" for fate in null)
    tell(
        f"corpus: of {len(malformed)} malformed documents the API server refuses {len(malformed) - taken}; it takes "
        f"the nulls in the other {taken} for absent members, before any rule of a CRD is asked"
    )


def test_each_refusal_names_a_member(fates: list[Fate]) -> None:
    refused = [fate for fate in fates if fate.outcome == REFUSED]
    assert refused
    assert [fate.message for fate in refused if not NAMES_A_MEMBER.search(fate.message)] == []


def test_each_member_is_in_the_pod_template_or_named_in_a_condition(fates: list[Fate]) -> None:
    running = [fate for fate in fates if fate.outcome == RUNNING]
    lost = {fate.entry.file: members for fate in running if (members := lost_in(fate))}
    assert lost == {}
    assert running


def lost_in(fate: Fate) -> list[str]:
    """Members that are neither in the live template nor named by the live revision."""
    document = fate.entry.stored
    revision, deployment = fate.objects["ECSTaskDefinitionRevision"], fate.objects["Deployment"]
    registered = {name: value for name, value in document.items() if name != "tags"}
    assert is_subset(registered, revision["spec"]["taskDefinition"])
    assert revision["spec"].get("tags", []) == document.get("tags", [])
    parsed = RegisterTaskDefinitionRequest.model_validate(document)
    context = context_of(parsed, fate.objects["ECSService"])
    rendered, live = pod_template(parsed, context, standalone=False), deployment["spec"]["template"]
    assert is_subset(rendered, live), f"{fate.entry.file}: the Deployment's template is not the translated one"
    return [*unsaid(parsed, revision), *lost_members(document, said(parsed, revision), context)]


def context_of(parsed: RegisterTaskDefinitionRequest, service: Mapping[str, Any]) -> PodContext:
    """Where its task ran."""
    return PodContext(
        cluster="default",
        account=ACCOUNT,
        task_definition_arn=service["status"]["taskDefinition"],
        family=parsed.family,
        revision=1,
        launch_type=service["spec"]["launchType"],
        service_account=service_account_name(parsed.task_role_arn, ACCOUNT),
        mount_token=parsed.task_role_arn is not None,
        maps=MAPS,
        extra_annotations=service_pod_annotations(service["spec"]["serviceName"], service["metadata"]["name"]),
    )


def said(parsed: RegisterTaskDefinitionRequest, revision: Mapping[str, Any]) -> frozenset[str]:
    """The members that conditions of the live revision name."""
    return frozenset(each.member for each in findings(parsed, MAPS)) - set(unsaid(parsed, revision))


def unsaid(parsed: RegisterTaskDefinitionRequest, revision: Mapping[str, Any]) -> list[str]:
    """Members that a condition of the live revision should name, and does not."""
    messages = {each["type"]: each["message"] for each in stored(revision)}
    found = findings(parsed, MAPS)
    return [each.member for each in found if f"{each.member}: " not in messages.get(each.condition, "")]
