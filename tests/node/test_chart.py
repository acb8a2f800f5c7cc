"""helm install on a real node: the operator is a Pod of the image, its tasks serve HTTP, Prometheus sees it all."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.node.prometheus import Prometheus
from tools import image
from tools.binaries import SETS, NoGoError, ensure
from tools.dashboards import DASHBOARDS
from tools.helm import CHART, helm
from tools.localcluster import LocalCluster
from tools.localnode import LocalNode, images
from tools.promtool import NoPromtoolError

NAMESPACE, RELEASE, NAME = "installed", "real", "real-kubecs-operator"
PAGE = "hello from an ECS task"
SERVING = f"echo {PAGE} > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def archive() -> Path:
    """The image as an OCI archive, which conftest.py has seen to while there was a network."""
    try:
        ensure(SETS["helm"], quiet=True)
        return image.ensure_archive()
    except (image.NoBuilderError, NoGoError) as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def installed(cluster: LocalCluster, node: LocalNode, crds: list[str], archive: Path) -> Iterator[Kubectl]:
    """The chart, installed from the image on the real node; kubectl in its namespace."""
    assert crds
    images.add_archive(node.directory / "registry", archive, "kubecs")
    metadata = {"name": NAMESPACE, "labels": RESTRICTED}
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    cluster.api.apply(f"/api/v1/namespaces/{NAMESPACE}", document)
    values = {
        "image": {"repository": f"{images.HOST}/kubecs", "tag": "1"},
        "crds": {"install": False},
        "operator": {"steadySeconds": 0, "recordRetentionSeconds": 60},
        "monitoring": {"plainPrometheus": {"enabled": True}, "dashboards": {"enabled": True}},
    }
    where = (f"--kubeconfig={cluster.admin_kubeconfig}", f"--namespace={NAMESPACE}")
    began = time.monotonic()
    helm("install", RELEASE, CHART, *where, "--wait", "--timeout=120s", "--values=-", given=json.dumps(values))
    print(f"helm install --wait: {time.monotonic() - began:.1f} s")
    kubectl = Kubectl(cluster, NAMESPACE)
    _wait_two_replicas(kubectl)  # helm is content with one: maxUnavailable
    yield kubectl
    for pod in _pods(kubectl):  # shown when a test has failed
        print(kubectl("logs", pod["metadata"]["name"], check=False))
    helm("uninstall", RELEASE, *where, "--wait")


@pytest.fixture(autouse=True)
def _no_other_operator(request: pytest.FixtureRequest) -> None:
    """The operator of the other tests would do the work as well."""
    other: OperatorProcess = request.getfixturevalue("operator")
    other.kill()


def _pods(kubectl: Kubectl) -> list[dict[str, Any]]:
    return kubectl.list("pod", f"app.kubernetes.io/instance={RELEASE}")


def _leader(kubectl: Kubectl) -> str:
    """The name of the Pod that leads; empty while none does."""
    lease = kubectl.find("lease", NAME) or {"spec": {}}
    return str(lease["spec"].get("holderIdentity") or "").split("_")[0]


def _web(*, replicas: int = 2) -> list[dict[str, Any]]:
    container = ecs.container(
        image=f"{images.HOST}/busybox:1",
        command=["sh", "-c", SERVING],
        portMappings=[{"containerPort": 8080}],
        memory=32,
    )
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"kubecs.dev/service": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    return [ecs.account(), ecs.task_definition("web", container), ecs.service(desired=replicas), service]


def _read(address: str) -> str:
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
            text: str = answer.read().decode()
    except OSError as error:
        return str(error)
    return text.strip()


def test_operator_is_two_pods_of_the_image(installed: Kubectl) -> None:
    pods = _pods(installed)
    assert len(pods) == 2
    for pod in pods:
        (status,) = pod["status"]["containerStatuses"]
        assert (status["ready"], status["restartCount"]) == (True, 0)
        log = installed("logs", pod["metadata"]["name"])
        lines = [json.loads(line) for line in log.splitlines()]
        assert "caches are complete" in {line["message"] for line in lines}
        assert not [line for line in lines if line.get("level") in ("WARNING", "ERROR")], log
    wait_for(lambda: _leader(installed) in ecs.names(pods), 20, "a leader")


def test_service_serves_http_and_survives_the_leader(installed: Kubectl, kubectl: Kubectl) -> None:
    kubectl.apply(_web())
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    assert len(ecs.pods(kubectl, service="web")) == 2
    address = kubectl.get("service", "web")["spec"]["clusterIP"]
    wait_for(lambda: _read(address) == PAGE, 20, f"{address} answers")
    leader = _leader(installed)
    began = time.monotonic()
    installed("delete", "pod", leader, "--grace-period=0", "--force")
    kubectl("scale", "ecsservice/web", "--replicas=3")
    wait_for(lambda: _leader(installed) not in ("", leader), 20, "another leader")
    print(f"another leader after {time.monotonic() - began:.1f} s")
    wait_for(lambda: len(ecs.pods(kubectl, service="web")) == 3, 20)
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    wait_for(lambda: _read(address) == PAGE, 20, f"{address} answers")  # the third task may not listen yet
    _wait_two_replicas(installed)


def _wait_two_replicas(kubectl: Kubectl) -> None:
    wait_for(lambda: sum(_is_ready(pod) for pod in _pods(kubectl)) == 2, 60, "two replicas")


def _is_ready(pod: dict[str, Any]) -> bool:
    statuses = pod["status"].get("containerStatuses") or ()
    return bool(statuses) and all(each["ready"] for each in statuses)


@pytest.fixture(scope="module")
def prometheus(installed: Kubectl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus with the scrape job and the rules of the chart."""
    server = Prometheus(tmp_path_factory.mktemp("prometheus"))
    data = installed.get("configmap", "real-kubecs-prometheus")["data"]
    try:
        server.start(data)
    except NoPromtoolError as missing:
        pytest.skip(str(missing))
    server.discover(installed)
    yield server
    server.stop()


def test_prometheus_scrapes_both_replicas(prometheus: Prometheus, installed: Kubectl) -> None:
    def scraped() -> bool:
        found = [each["metric"]["pod"] for each in prometheus.query("ecs_operator_ready == 1")]
        assert sorted(found) == sorted(ecs.names(_pods(installed)))
        return True

    wait_for(scraped, 30)
    rules = prometheus.ask("rules")["groups"]
    assert sum(len(group["rules"]) for group in rules) > 20
    wait_for(lambda: all(r["health"] == "ok" for g in prometheus.ask("rules")["groups"] for r in g["rules"]), 20)


def _queries() -> list[str]:
    return [query for _, _, panels in DASHBOARDS.values() for panel in panels for query in panel.queries.values()]


def _filled(query: str) -> str:
    """A query with its variables as Grafana fills them for "All"."""
    return re.sub(r"\$(namespace|cluster|service)", ".*", query.replace("$__rate_interval", "1m"))


def test_every_panel_has_data(prometheus: Prometheus, kubectl: Kubectl) -> None:
    crashing = ecs.container(image=f"{images.HOST}/busybox:1", command=["sh", "-c", "sleep 1; exit 1"])
    kubectl.apply([*_web(), ecs.task("job", taskDefinition="web")])
    kubectl.apply([ecs.task_definition("crash", crashing), ecs.service("crash", taskDefinition="crash")])
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    ecs.wait_ready(kubectl, "ecstask", "job", timeout=60)
    for _ in range(2):  # a rate takes a series that is there already, and then moves
        kubectl.delete("pod", ecs.pods(kubectl, service="web")[0]["metadata"]["name"])
        kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"restartedAt": _now()}}})
        ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
        kubectl.delete("ecstask", "job")
        wait_for(lambda: kubectl.find("ecstask", "job") is None, 30)
        kubectl.apply(ecs.task("job", taskDefinition="web"))
        ecs.wait_ready(kubectl, "ecstask", "job", timeout=60)
    missing = list(map(_filled, _queries()))
    assert len(missing) > 30

    def all_have() -> bool:
        missing[:] = [query for query in missing if not prometheus.query(query)]
        assert not missing, f"{len(missing)} without data: {missing}"
        return True

    wait_for(all_have, 60)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_faults_are_seen_firing(prometheus: Prometheus, installed: Kubectl, kubectl: Kubectl) -> None:
    wait_for(lambda: "EcsOperatorDown" not in prometheus.firing(), 30)  # it fires until the first scrape
    broken = ecs.container(image=f"{images.HOST}/absent:1")
    kubectl.apply(_web(replicas=1))
    ecs.wait_ready(kubectl, "ecsservice", "web", timeout=60)
    kubectl.apply(ecs.task_definition("web", broken))
    huge = ecs.container(cpu=262_144, image=f"{images.HOST}/busybox:1")
    kubectl.apply([ecs.task_definition("huge", huge), ecs.task("huge", taskDefinition="huge")])

    def firing(*names: str) -> dict[str, dict[str, Any]]:
        found = prometheus.firing()
        assert set(names) <= set(found), f"firing: {sorted(found)}"
        return found

    found = wait_for(lambda: firing("EcsTasksUnplaceable", "EcsDeploymentStuck"), 60)
    alert = found["EcsTasksUnplaceable"]
    assert alert["labels"]["namespace"] == kubectl.namespace
    assert "resource_cpu" in alert["annotations"]["description"]
    assert alert["annotations"]["runbook_url"].endswith("#ecstasksunplaceable")
    stuck = found["EcsDeploymentStuck"]
    assert stuck["labels"]["service"] == "web"
    installed("scale", f"deployment/{NAME}", "--replicas=0")
    wait_for(lambda: not _pods(installed), 60, "no operator")
    prometheus.discover(installed)
    wait_for(lambda: firing("EcsOperatorDown"), 60)
    assert _read(kubectl.get("service", "web")["spec"]["clusterIP"]) == PAGE  # what runs goes on
    installed("scale", f"deployment/{NAME}", "--replicas=2")
    _wait_two_replicas(installed)
    prometheus.discover(installed)
    wait_for(lambda: "EcsOperatorDown" not in prometheus.firing(), 60)
