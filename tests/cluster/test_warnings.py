"""What `kubectl apply` says at once about members that do not carry over: the policy on the real API server."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml

from kubecs.crds.admission import LONGEST, binding, policy
from kubecs.crds.documentwarnings import ELSEWHERE
from kubecs.crds.warnings import ApplyWarning, apply_warnings
from kubecs.ecs.errors import EcsError
from kubecs.ecs.validation import validate_task_definition
from kubecs.translate.verdicts import findings
from tests.cluster.crd_documents import APPLY, container, path_of, task_definition
from tests.cluster.rig import wait_for
from tests.cluster.test_crd_agreement import family
from tests.unit.ecs.task_definition_cases import ACCEPTED
from tests.unit.translate.verdict_documents import SMALL, golden_documents, mapped
from tools.localcluster import LocalCluster

BASE = "/apis/admissionregistration.k8s.io/v1"
PLURALS = ("validatingadmissionpolicies", "validatingadmissionpolicybindings")
_WARNING = re.compile(r'299 - "((?:[^"\\]|\\.)*)"')
_WORDS = re.compile(r"Validation failed for ValidatingAdmissionPolicy '[\w-]+' with binding '[\w-]+': (.*)", re.DOTALL)

pytestmark = pytest.mark.usefixtures("warnings")

QUIET = task_definition()
UNSEEN = {"inferenceAccelerators"}  # the schema refuses it before a policy is asked
AT_LAUNCH = {
    "family": "web",
    "containerDefinitions": [container("app", mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])],
    "volumes": [{"name": "data", "configuredAtLaunch": True}],
}

NUMBERS_ONLY = "Kubernetes takes numbers only: the container runs as the user or group of its image"
LOUD = task_definition(
    containerDefinitions=[
        container("app", linuxParameters={"maxSwap": 1}, user="nobody"),
        container("db", linuxParameters={"maxSwap": 2}),
    ],
    enableFaultInjection=True,
    networkMode="awsvpc",
)


def raw_warnings(cluster: LocalCluster, manifest: Mapping[str, Any]) -> list[str]:
    """Every warning of a server-side dry run, as the API server sends it."""
    api = cluster.api
    context = ssl.create_default_context(cafile=str(api.authority))
    context.load_cert_chain(api.user.certificate, api.user.key)
    connection = http.client.HTTPSConnection("127.0.0.1", api.port, context=context, timeout=60)
    url = f"{path_of(cluster, 'default', manifest)}?fieldManager=test&force=true&dryRun=All&fieldValidation=Strict"
    try:
        connection.request("PATCH", url, json.dumps(manifest), {"Content-Type": APPLY})
        answer = connection.getresponse()
        body = answer.read().decode()
    finally:
        connection.close()
    assert answer.status < 300, body
    headers = answer.headers.get_all("Warning") or []
    return [re.sub(r"\\(.)", r"\1", found) for header in headers for found in _WARNING.findall(header)]


def words(raw: list[str]) -> list[str]:
    """The warnings without what the API server puts before them."""
    found = [_WORDS.fullmatch(each) for each in raw]
    return [match[1] for match in found if match]


@pytest.fixture
def own_policy(cluster: LocalCluster) -> Iterator[Callable[[list[ApplyWarning]], None]]:
    """Puts a policy with these warnings beside the project's, and takes it away in the end."""
    name = f"w-{secrets.token_hex(2)}"
    paths = [f"{BASE}/{plural}/{name}" for plural in PLURALS]

    def install(found: list[ApplyWarning]) -> None:
        for path, document in zip(paths, (policy(found, name), binding(name)), strict=True):
            cluster.api.apply(path, document)
        wait_for(lambda: raw_warnings(cluster, QUIET), 30, "the policy")

    yield install
    for path in reversed(paths):
        cluster.api.call("DELETE", path)
    wait_for(lambda: not raw_warnings(cluster, QUIET), 30, "the end of the policy")


def test_kubectl_prints_the_number_first_and_then_each_member(cluster: LocalCluster, namespace: str) -> None:
    kubectl = [str(cluster.binaries["kubectl"]), "--kubeconfig", str(cluster.admin_kubeconfig), "-n", namespace]
    for flags in (["--dry-run=server"], ["--server-side", "--dry-run=server"], []):
        command = [*kubectl, "apply", *flags, "-f", "-"]
        done = subprocess.run(command, input=yaml.safe_dump(LOUD), capture_output=True, text=True, check=True)
        printed = [line.partition("'kubecs': ")[2] for line in done.stderr.splitlines() if line.startswith("Warning: ")]
        assert printed[0].startswith("4 members do not carry over as ECS has it; all: kubectl describe ")
        assert printed[1:] == [
            "enableFaultInjection: faults are not injected",
            "containerDefinitions[app,db].linuxParameters.maxSwap: the node decides about swap",
            f"containerDefinitions[app].user: {NUMBERS_ONLY}",
        ]
        assert "ecstaskdefinition.kubecs.dev/web" in done.stdout


def test_a_policy_without_a_fault_and_a_document_without_a_word(cluster: LocalCluster) -> None:
    path = f"{BASE}/validatingadmissionpolicies/kubecs"
    made = wait_for(lambda: _observed(cluster.api.call("GET", path)), 30, "the policy's status")
    assert not made["status"].get("typeChecking", {}).get("expressionWarnings")
    assert raw_warnings(cluster, QUIET) == []


def _observed(policy: dict[str, Any]) -> dict[str, Any] | None:
    done = policy.get("status", {}).get("observedGeneration") == policy["metadata"]["generation"]
    return policy if done else None


def _documents() -> Iterator[dict[str, Any]]:
    for members in (*golden_documents(), *({"memory": "512"} | each for each in (*SMALL, AT_LAUNCH)), *ACCEPTED):
        try:
            validate_task_definition(members)
        except EcsError:
            continue
        yield members


def _without_names(path: str) -> str:
    """A path without indexes and names but for that of the container or volume."""
    at, close, below = path.partition("]")
    return at.rstrip("0123456789") + close + _pattern(below)


def _findings(members: Mapping[str, Any]) -> dict[str, set[str]]:
    """Paths of all findings to their conditions, where the account has an entry for everything."""
    conditions: dict[str, set[str]] = {}
    for each in findings(validate_task_definition(members), mapped()):
        conditions.setdefault(_without_names(each.member), set()).add(each.condition)
    return conditions


def _spoken_of(said: list[str]) -> set[str]:
    """The paths in warnings, one for each name."""
    paths = set()
    for each in said[1:]:
        listed = re.match(r"(containerDefinitions|volumes)\[([^\]]*)\]\.(.*)", each.partition(": ")[0])
        names = listed[2].split(",") if listed else []
        paths |= {f"{listed[1]}[{name}].{listed[3]}" for name in names} if listed else {each.partition(": ")[0]}
    return {_without_names(path) for path in paths}


def test_warnings_and_conditions_speak_of_the_same_members(cluster: LocalCluster) -> None:
    compiled = {_pattern(_path_of(each)) for each in apply_warnings()}
    shown: set[str] = set()
    for members in _documents():
        conditions = _findings(members)
        warned = _spoken_of(words(raw_warnings(cluster, family(members))))
        assert warned <= set(conditions), members
        due = {path for path, each in conditions.items() if _pattern(path) in compiled and not each <= set(ELSEWHERE)}
        assert due <= warned, members
        shown |= {_pattern(path) for path in warned}
    assert sorted(compiled - shown) == sorted(UNSEEN)


def _path_of(warning: ApplyWarning) -> str:
    return f"{warning.within}[].{warning.member}" if warning.within else warning.member


def _pattern(path: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", path)


def test_a_document_of_the_greatest_size_costs_the_policy_not_too_much(cluster: LocalCluster) -> None:
    variables = [{"name": f"V{number}", "value": "x"} for number in range(150)]
    ports = [{"containerPort": 1000 + number} for number in range(9)]
    many = [container(f"c{number}", environment=variables, portMappings=ports) for number in range(10)]
    said = words(raw_warnings(cluster, task_definition(containerDefinitions=many)))
    assert said[0].startswith("9 members do not")
    assert said[1].startswith(
        "containerDefinitions[c1,c2,c3,c4,c5,c6,c7,c8,c9].portMappings[]: the containers of a task"
    )
    assert len(said) == 2


@pytest.mark.parametrize("count", [1, 20, 60])
def test_many_warnings(
    count: int, cluster: LocalCluster, own_policy: Callable[[list[ApplyWarning]], None], tell: Callable[[str], None]
) -> None:
    own_policy([ApplyWarning("containerDefinitions", f"m{number}", "true", "x" * 200) for number in range(count)])
    raw = raw_warnings(cluster, QUIET)
    said = words(raw)
    assert said[0].startswith(f"{count} member{'s do' if count > 1 else ' does'} not carry over")
    assert said[1].startswith("containerDefinitions[app].m0: xxx")
    assert all(len(each) <= LONGEST for each in raw)
    assert len(raw) == count + 1 if count == 1 else 15 <= len(raw) <= count + 1
    tell(f"warnings: of {count} conditions the API server prints {len(raw) - 1} and the number, {sum(map(len, raw))} B")
