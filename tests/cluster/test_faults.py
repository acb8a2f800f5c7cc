"""The operator, between which and the API server everything goes wrong that can, and what it makes of it in the end.

All calls go through the fault proxy. What is right in the end is the same as without faults: the test says it in the
words of a person who looks with kubectl.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cluster import ecs, shim, taskledger
from tests.cluster.audit import AuditLog
from tests.cluster.faultproxy import Answer, Cut, FaultProxy, Late, Silence, Stale, WatchError
from tests.cluster.podwatch import watching
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.soak import whole
from tools.localcluster import LocalCluster
from tools.localcluster.access import operator_access

WATCH = r"[?&]watch=true"
KOPFS = ("ecsaccounts", "ecsclusters", "ecsservices", "ecstaskdefinitions", "ecstasks")
OUR_KINDS = rf"/({'|'.join(KOPFS)})\?"
NO_LEASE = r"^(?!.*/leases).*"
OWN = (  # through our own informer
    "pods",
    "replicasets",
    "deployments",
    "daemonsets",
    "controllerrevisions",
    "poddisruptionbudgets",
    "serviceaccounts",
    "rolebindings",
    "nodes",
    "ecstaskdefinitionrevisions",
    "ecstaskrecords",
)
WATCHES = len(OWN) + len(KOPFS)
FAILING_SECONDS = 120.0 if whole() else 0.0  # for at least so long, and until much has failed
HOUR = 3600.0
PAUSE = 60.0  # what fails for long is tried again after up to 30 s


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the operator's clock is set by."""
    return tmp_path_factory.mktemp("clock") / "seconds"


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory, clock: Path
) -> Iterator[tuple[OperatorProcess, FaultProxy]]:
    """One operator behind one proxy for all tests of this file: it has to live through every one of them."""
    usual: OperatorProcess = request.getfixturevalue("operator")  # asked for so that no test starts it anew beside ours
    if usual.pid is not None:
        usual.terminate()
    directory = tmp_path_factory.mktemp("faults")
    own = OperatorProcess(usual.kubeconfig, directory, "faults")
    lines = shim.LONG_LEASE + shim.IMPATIENT_WATCHES + shim.clock(clock)
    environment = shim.environment(directory / "shim", lines)
    with FaultProxy(cluster.url, cluster.certificate_authority) as proxy:
        own.start(env=environment, kubeconfig=proxy.kubeconfig(own.kubeconfig))
        # The operator of a test before may have been killed: its Lease then lasts for 10 s more.
        wait_for(lambda: ecs.sample(own.metrics(), "ecs_operator_leader") == 1, 30, "leading")
        wait_for(lambda: proxy.count("GET", WATCH) >= WATCHES, 30, "all watches run")
        yield own, proxy
        own.terminate()


@pytest.fixture
def proxy(running: tuple[OperatorProcess, FaultProxy]) -> Iterator[FaultProxy]:
    """The proxy, without faults before and after."""
    yield running[1]
    running[1].clear()


@pytest.fixture
def faulty(running: tuple[OperatorProcess, FaultProxy], request: pytest.FixtureRequest) -> Iterator[OperatorProcess]:
    """The operator, which must be the same process afterwards, with nothing logged that is a bug."""
    operator = running[0]
    pid, logged = operator.pid, len(operator.log)
    assert pid is not None
    yield operator
    log = operator.log[logged:]
    if operator.pid != pid or request.session.testsfailed:
        print(log[-20_000:])
    assert operator.pid == pid, "the operator ended"
    assert "reconcile failed" not in log


def _change_everything(kubectl: Kubectl) -> None:
    """What a person may do while the operator hears nothing: delete, create, scale, roll out."""
    kubectl.delete("ecsservice", "doomed")
    kubectl.apply([ecs.service("fresh", 1), ecs.task_definition("web", ecs.container(image="registry.example/app:2"))])
    kubectl.patch("ecsservice", "scaled", {"spec": {"desiredCount": 3}})


def _prepare(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition("web"), ecs.service("doomed", 1), ecs.service("scaled", 1)])
    ecs.wait_ready(kubectl, "ecsservice", "doomed", "scaled")
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web")


def _all_is_as_wanted(kubectl: Kubectl) -> bool:
    for name, desired in (("fresh", 1), ("scaled", 3)):
        service = kubectl.get("ecsservice", name)
        assert ecs.is_ready(service), (name, ecs.status(service).get("conditions"))
        assert service["status"]["runningCount"] == desired
        assert service["status"]["taskDefinition"].endswith("/web:2")
    assert ecs.is_ready(kubectl.get("ecstaskdefinition", "web"))
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 2
    assert len(ecs.pods(kubectl)) == 4
    assert len(kubectl.list("deployment")) == 2
    return True


def _wait_all_is_as_wanted(kubectl: Kubectl, timeout: float = 120.0) -> None:
    wait_for(lambda: _all_is_as_wanted(kubectl), timeout, "all is as wanted")


def _watches_of(kinds: Iterable[str]) -> list[str]:
    """For each kind the path of its watch: counted apart, since one that tries again takes no answer of another's."""
    return [rf"/{kind}\?.*watch=true" for kind in kinds]


def _keep_away(proxy: FaultProxy, *kinds: str) -> None:
    """Ends the watches of kinds, and lets none of them come through until the faults are others."""
    faults = proxy.instead(Answer(503), _watches_of(kinds), times=None)
    assert proxy.cut_streams()
    wait_for(lambda: all(fault.hits for fault in faults), PAUSE, "no watch comes through")


def _end_with_gone(proxy: FaultProxy, *kinds: str) -> None:
    """Answers 410 to the next watch of each kind, and to no other."""
    faults = proxy.instead(WatchError(410), _watches_of(kinds))
    wait_for(lambda: all(fault.hits for fault in faults), PAUSE, "every watch has heard that history is gone")


def _gone(operator: OperatorProcess) -> list[float]:
    """How often each of our own watches heard so."""
    page = operator.metrics()
    name = "ecs_operator_watch_restarts_total"
    return [ecs.sample(page, name, resource=each, reason="gone") or 0 for each in OWN]


def _knows_all_services(operator: OperatorProcess, kubectl: Kubectl) -> bool:
    """The operator's cache holds as many services as there are; namespaces of tests before may still be going."""
    there = kubectl.cluster.api.call("GET", kubectl.cluster.api.resource("ecsservice").path(None))["items"]
    return ecs.sample(operator.metrics(), "ecs_operator_cache_objects", resource="ecsservices") == len(there)


def test_history_is_gone_for_every_watch(faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    before = _gone(faulty)
    _keep_away(proxy, *OWN, *KOPFS)
    _change_everything(kubectl)
    _end_with_gone(proxy, *OWN, *KOPFS)

    _wait_all_is_as_wanted(kubectl)
    wait_for(lambda: _knows_all_services(faulty, kubectl), 15, "doomed is gone, fresh has come")
    # A watch may have been answered last of all, when everything was as wanted without it.
    wait_for(lambda: _gone(faulty) == [count + 1 for count in before], 15, "each has heard it once")


def test_a_deletion_that_kopf_lost_is_swept_up(
    cluster: LocalCluster, faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl
) -> None:
    _prepare(kubectl)
    log = AuditLog(cluster)
    log.settle(kubectl.namespace)
    _keep_away(proxy, *KOPFS)
    log.mark()
    kubectl.delete("ecsservice", "doomed")
    wait_for(lambda: len(kubectl.list("deployment")) == 1, 20, "its Deployment is gone")
    _end_with_gone(proxy, *KOPFS)

    drift = {"resource": "ecsservices", "kind": "missed_delete"}
    wait_for(lambda: ecs.sample(faulty.metrics(), "ecs_operator_cache_drift_total", **drift), 15, "the sweep found it")
    wait_for(lambda: _knows_all_services(faulty, kubectl), 15, "doomed is gone")
    wait_for(lambda: kubectl.list("ecstaskrecord"), 30, "its task has ended")
    # While its end was not known, its children were seen to go and were not put back; a word of it may come too late.
    log.settle(kubectl.namespace)
    assert log.counts(kubectl.namespace, refused=False) == {"create ecstaskrecords": 1}
    # Nothing is left of it, and nothing of it comes back.
    log.mark()
    kubectl.patch("ecsservice", "scaled", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "scaled")
    log.settle(kubectl.namespace)
    assert log.counts(kubectl.namespace)["patch deployments"] == 1
    assert [each["metadata"]["name"] for each in kubectl.list("deployment") if "doomed" in str(each)] == []


def test_history_is_really_gone(
    cluster: LocalCluster, faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl
) -> None:
    _prepare(kubectl)
    _keep_away(proxy, *OWN, *KOPFS)
    _change_everything(kubectl)
    cluster.compact_etcd()
    proxy.clear()

    _wait_all_is_as_wanted(kubectl)
    assert faulty.probe("readyz")


@pytest.mark.usefixtures("faulty")
def test_streams_are_cut_in_the_middle_of_a_line(proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    cuts = [proxy.add(Cut(lines), path=WATCH, times=20) for lines in (0, 1, 3)]
    proxy.cut_streams()
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)
    assert sum(cut.hits for cut in cuts) >= 20


@pytest.mark.usefixtures("faulty")
def test_watches_fall_silent(proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    silence = proxy.add(Silence(), path=WATCH, times=WATCHES)
    proxy.cut_streams()
    wait_for(lambda: silence.hits == WATCHES, 10, "every watch is silent")
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)


def test_conflicts_on_every_write(faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    errors = {"controller": "ECSService", "result": "error"}
    before = ecs.sample(faulty.metrics(), "ecs_operator_reconcile_total", **errors)
    storm = proxy.add(Answer(409), method="PATCH|POST|DELETE", path=f"/namespaces/{kubectl.namespace}/", times=12)
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)
    assert storm.hits == 12
    failed = ecs.sample(faulty.metrics(), "ecs_operator_reconcile_total", **errors)
    assert failed == before, "an old cache is no error"


@pytest.mark.usefixtures("faulty")
def test_too_many_requests(proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    path = f"/namespaces/{kubectl.namespace}/deployments/default-scaled-"
    refusals = proxy.add(Answer(429, retry_after=1), method="PATCH", path=path, times=2)
    asked = time.monotonic()
    kubectl.patch("ecsservice", "scaled", {"spec": {"desiredCount": 2}})

    def scaled() -> bool:
        return bool(ecs.deployment_of(kubectl, "scaled")["spec"]["replicas"] == 2)

    wait_for(scaled, 20, "the Deployment is scaled")
    assert refusals.hits == 2
    assert time.monotonic() - asked >= 2, "the server asked twice to come back after a second"
    ecs.wait_ready(kubectl, "ecsservice", "scaled")


@pytest.mark.soak
def test_the_api_server_fails_for_a_while(faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    failing = [proxy.add(Answer(code), path=NO_LEASE, times=None, skip=skip) for code, skip in ((500, 0), (503, 20))]
    proxy.cut_streams()
    _change_everything(kubectl)
    begun = time.monotonic()
    wait_for(
        lambda: failing[0].hits >= 40 and time.monotonic() - begun >= FAILING_SECONDS,
        FAILING_SECONDS + 20,
        "much has failed",
    )
    assert faulty.probe("healthz")
    proxy.clear()

    _wait_all_is_as_wanted(kubectl, 60)


def test_the_api_server_restarts(cluster: LocalCluster, faulty: OperatorProcess, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    server = cluster.component("kube-apiserver")
    server.kill()
    server.start()
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)
    assert faulty.probe("readyz")


def test_kopf_dies_and_is_started_again(faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    # An error in the stream that is no 410 ends kopf as a whole, not one watch.
    fatal = proxy.add(WatchError(500), path=OUR_KINDS + ".*watch=true", times=2)
    proxy.cut_streams()
    wait_for(lambda: "kopf ended; starting it again" in faulty.log, 20, "kopf has died")
    wait_for(lambda: fatal.hits == 2, 10)
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)
    wait_for(lambda: _knows_all_services(faulty, kubectl), 15, "doomed is gone, fresh has come")


def test_kubernetes_events_that_cannot_be_posted_hold_nothing_up(
    faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl
) -> None:
    refused = proxy.add(Answer(403), path="/events", times=None)
    _prepare(kubectl)
    _change_everything(kubectl)

    _wait_all_is_as_wanted(kubectl)
    assert refused.hits
    assert faulty.probe("healthz")


# What is known late, or wrongly


def test_lists_are_stale(cluster: LocalCluster, faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl) -> None:
    _prepare(kubectl)
    paths = {plural: f"/apis/kubecs.dev/v1alpha1/{plural}" for plural in KOPFS}
    old = {plural: json.dumps(cluster.api.call("GET", path)).encode() for plural, path in paths.items()}
    _change_everything(kubectl)
    _wait_all_is_as_wanted(kubectl)
    deployments = ecs.uids(kubectl.list("deployment"))

    # Both who watches these kinds and the sweep after it are shown what was before everything changed.
    stale = [proxy.add(Stale(old[plural]), path=rf"{path}\?(?!.*watch)", times=2) for plural, path in paths.items()]
    gone = [proxy.add(WatchError(410), path=path) for path in _watches_of(KOPFS)]
    proxy.cut_streams()
    wait_for(
        lambda: all(each.hits for each in gone) and all(each.hits == 2 for each in stale), PAUSE, "lists were read"
    )
    kubectl.patch("ecsservice", "fresh", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "fresh")
    kubectl.patch("ecsservice", "fresh", {"spec": {"desiredCount": 1}})

    _wait_all_is_as_wanted(kubectl)
    wait_for(lambda: _knows_all_services(faulty, kubectl), 15, "what is gone has not come back")
    assert ecs.uids(kubectl.list("deployment")) == deployments


@pytest.mark.usefixtures("faulty")
def test_events_come_in_another_order(proxy: FaultProxy, kubectl: Kubectl) -> None:
    """Each watch is later than the one before it: what is made is told before what it was made from."""
    _prepare(kubectl)
    kinds = ("ecstaskrecords", "pods", "replicasets", "deployments", "controllerrevisions", *KOPFS[1:])
    late = [proxy.add(Late(0.15 * place), path=path, times=None) for place, path in enumerate(_watches_of(kinds))]
    proxy.cut_streams()
    wait_for(lambda: all(fault.hits for fault in late), PAUSE, "every watch is late")
    with watching(kubectl) as seen:
        _change_everything(kubectl)
        kubectl.delete("pod", ecs.pods(kubectl, service="scaled")[0]["metadata"]["name"])
        _wait_all_is_as_wanted(kubectl)
        wait_for(lambda: len(kubectl.list("pod")) == 4, 30, "no Pod is going any more")
    proxy.clear()
    proxy.cut_streams()
    pods = taskledger.pods_seen(seen)

    def all_recorded() -> bool:
        wrong = list(taskledger.faults(pods, ecs.names(kubectl.list("ecstaskrecord"))))
        assert not wrong, wrong
        return True

    wait_for(all_recorded, 20, "one record of each task")


@pytest.mark.usefixtures("faulty")
def test_a_task_definition_that_is_told_late_is_not_said_to_be_missing(proxy: FaultProxy, kubectl: Kubectl) -> None:
    late = proxy.add(Late(1.0), path=_watches_of(("ecstaskdefinitions",))[0], times=None)
    proxy.cut_streams()
    wait_for(lambda: late.hits, PAUSE, "the watch is late")
    kubectl.apply([ecs.task_definition(), ecs.service(), ecs.task()])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")
    assert [each for each in ecs.warnings(kubectl) if "not found" in each] == []


def test_the_clock_is_an_hour_ahead_and_then_set_right(
    cluster: LocalCluster, faulty: OperatorProcess, kubectl: Kubectl, clock: Path
) -> None:
    _prepare(kubectl)
    log = AuditLog(cluster)
    log.settle(kubectl.namespace)
    log.mark()
    shim.set_clock(clock, HOUR)
    kubectl("annotate", "ecsservice", "--all", "example.com/looked-at=true")
    log.settle(kubectl.namespace)
    assert log.counts(kubectl.namespace) == {}, "nothing has changed but the time"
    _change_everything(kubectl)
    _wait_all_is_as_wanted(kubectl)

    shim.set_clock(clock, 0)  # deployments begin before those that they follow
    kubectl.patch("ecsservice", "scaled", {"spec": {"kubernetes": {"podAnnotations": ecs.kwok(ready_delay="1s")}}})
    ecs.wait_ready(kubectl, "ecsservice", "scaled")  # else there may be two older deployments, which end together
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:3")))

    def shown() -> list[str]:
        entries = ecs.status(kubectl.get("ecsservice", "scaled"))["deployments"]
        return [f"{each['status']} {each['taskDefinition'].rpartition('/')[2]}" for each in entries]

    def over() -> bool:
        return ecs.is_ready(kubectl.get("ecsservice", "scaled")) and shown() == ["PRIMARY web:3"]

    seen = ecs.sampled(shown, over)
    assert ["PRIMARY web:3", "ACTIVE web:2"] in seen
    first = next(number for number, each in enumerate(seen) if each[0] == "PRIMARY web:3")
    assert {each[0] for each in seen[first:]} == {"PRIMARY web:3"}
    assert faulty.probe("healthz")
    assert ecs.sample(faulty.metrics(), "ecs_operator_leader") == 1


# What is taken away


def test_a_namespace_that_ends_with_all_in_it(cluster: LocalCluster, faulty: OperatorProcess, kubectl: Kubectl) -> None:
    name = f"t-{secrets.token_hex(4)}"
    cluster.api.call(
        "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    )
    ending = Kubectl(cluster, name)
    wait_for(lambda: ending.find("serviceaccount", "default"), 30, "the namespace's default ServiceAccount")
    _prepare(kubectl)
    held = {"name": "held", "finalizers": ["example.com/held"]}
    ending.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held})
    slow = ecs.kwok(ready_delay="2s")
    ending.apply([ecs.task_definition("web"), ecs.service("web", 3), ecs.daemon("agent"), ecs.task("job")])
    ecs.wait_ready(ending, "ecsservice", "web", "agent")
    ending.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": slow}}})  # it ends in a rollout
    logged = len(faulty.log)
    cluster.api.call("DELETE", f"/api/v1/namespaces/{name}")

    kinds = ("ecsservice", "ecstask", "deployment", "daemonset", "replicaset", "pod", "controllerrevision")
    wait_for(lambda: not any(ending.list(kind) for kind in kinds), 60, "all in it is gone")
    _change_everything(kubectl)  # elsewhere life goes on
    _wait_all_is_as_wanted(kubectl)
    wait_for(lambda: not _series_of_objects(faulty, name), 20, "no series of what was in it")
    assert [line for line in faulty.log[logged:].splitlines() if name in line and "WARNING" in line] == []
    ending.patch("configmap", "held", {"metadata": {"finalizers": None}})


def _series_of_objects(operator: OperatorProcess, namespace: str) -> list[str]:
    """The series of a namespace that tell of objects; what was counted stays counted."""
    lines = [line for line in operator.metrics().splitlines() if f'namespace="{namespace}"' in line]
    counters = re.compile(r"\w+(_total|_created|_bucket|_sum|_count)\{")
    found = [line for line in lines if not counters.match(line)]
    assert not found, found
    return found


@pytest.mark.parametrize("plural", ["ecstaskrecords", "ecsservices"])
def test_a_definition_of_a_kind_is_removed_and_put_back(
    cluster: LocalCluster, faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl, plural: str
) -> None:
    _prepare(kubectl)
    definition = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.kubecs.dev"
    cluster.api.call("DELETE", definition)
    wait_for(lambda: not cluster.api.answers(definition), 30, "it is removed, with all objects of the kind")
    refused = len(proxy.calls)
    wait_for(lambda: _answers(proxy, refused, plural, 404), PAUSE, "the operator has found the kind missing")
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))  # others are served
    wait_for(lambda: len(kubectl.list("ecstaskdefinitionrevision")) == 2, 20, "another revision")
    assert faulty.probe("healthz")
    cluster.install_crds()
    wait_for(lambda: cluster.api.answers(f"/apis/kubecs.dev/v1alpha1/{plural}"), 20, "the kind is served again")

    kubectl.apply([ecs.service("fresh", 1), ecs.service("scaled", 3)])
    ecs.wait_ready(kubectl, "ecsservice", "fresh", "scaled", timeout=90)
    gone = ecs.pods(kubectl, service="fresh")[0]
    kubectl.delete("pod", gone["metadata"]["name"])
    uid = gone["metadata"]["uid"].replace("-", "")
    wait_for(lambda: kubectl.find("ecstaskrecord", uid), 60, "a record")


def _answers(proxy: FaultProxy, since: int, plural: str, status: int) -> int:
    """How many calls for a kind were answered so."""
    return sum(call.status == status and f"/{plural}" in call.path for call in proxy.calls[since:])


def test_permissions_are_taken_away_and_given_back(
    cluster: LocalCluster, faulty: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl
) -> None:
    _prepare(kubectl)
    (binding,) = [each for each in operator_access() if each["kind"] == "ClusterRoleBinding"]
    cluster.api.call("DELETE", cluster.api.resource("ClusterRoleBinding").path(None, binding["metadata"]["name"]))
    since = len(proxy.calls)
    proxy.cut_streams()
    _change_everything(kubectl)
    for plural in (*OWN, *KOPFS):
        wait_for(partial(_answers, proxy, since, plural, 403), PAUSE, f"no {plural} any more")
    assert faulty.probe("healthz")
    assert ecs.sample(faulty.metrics(), "ecs_operator_leader") == 1
    cluster.operator_kubeconfig()  # gives it its rights anew

    _wait_all_is_as_wanted(kubectl)
    assert faulty.probe("readyz")
