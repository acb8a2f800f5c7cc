"""The operator's own life: ready only with complete caches, gone within 5 s, back without a trace; and what it logs."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs, shim
from tests.cluster.faultproxy import Answer, FaultProxy
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

END_SECONDS = 5.0
RENEW_SECONDS = 60.0  # between two renewals of the Lease that follows: no start takes so long, however slow it is
SELDOM_RENEWED = f"""
import kubecs.kube.lease as lease

lease.Timing.__init__.__defaults__ = (120.0, {RENEW_SECONDS}, 100.0, 0.5)  # duration, renew, give_up, look
"""


@pytest.fixture
def proxy(cluster: LocalCluster) -> Iterator[FaultProxy]:
    with FaultProxy(cluster.url, cluster.certificate_authority) as running:
        yield running


def _page(process: OperatorProcess, path: str) -> tuple[int, str]:
    """Status and body of one of the operator's pages."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.health_port}/{path}", timeout=5) as answer:
            return answer.status, answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()


def _listens(process: OperatorProcess) -> bool:
    try:
        return bool(_page(process, "healthz"))
    except OSError:
        return False


def _leads(process: OperatorProcess) -> bool:
    return ecs.sample(process.metrics(), "ecs_operator_leader") == 1


# Probes


@pytest.mark.parametrize(
    ("plural", "waiting"), [("ecstaskrecords", "ecstaskrecords"), ("ecsservices", "our own kinds")]
)
def test_not_ready_before_every_list_is_there(
    own: OperatorProcess, proxy: FaultProxy, plural: str, waiting: str
) -> None:
    refused = proxy.add(Answer(403), path=rf"/{plural}\?", times=None)
    own.start(kubeconfig=proxy.kubeconfig(own.kubeconfig), ready=False)
    wait_for(lambda: _listens(own), 30, "the pages are served")
    # A 403 is no reason to give up: whoever installs may bind the rights after the start.
    wait_for(lambda: refused.hits >= 3, 10, "it tries again")
    wait_for(lambda: _page(own, "readyz") == (503, f"waiting for the lists of {waiting}"), 10)
    assert _page(own, "healthz") == (200, "ok")
    assert ecs.sample(own.metrics(), "ecs_operator_ready") == 0

    proxy.clear()
    own.wait_ready()
    assert ecs.sample(own.metrics(), "ecs_operator_ready") == 1
    wait_for(lambda: _page(own, "readyz") == (200, "leading"), 10)


# The end


def test_sigterm_while_work_is_in_hand(own: OperatorProcess, kubectl: Kubectl) -> None:
    own.start()
    wait_for(lambda: _leads(own), 10, "leading")
    kubectl.apply([ecs.task_definition("web"), *(ecs.service(f"web-{n}", 1) for n in range(20))])
    began = time.monotonic()
    assert own.terminate() == 0
    assert time.monotonic() - began < END_SECONDS
    assert "Traceback" not in own.log
    own.start()
    ecs.wait_ready(kubectl, "ecsservice", *(f"web-{n}" for n in range(20)), timeout=60)


def test_sigterm_while_the_api_server_does_not_answer(
    own: OperatorProcess, proxy: FaultProxy, kubectl: Kubectl
) -> None:
    own.start(kubeconfig=proxy.kubeconfig(own.kubeconfig))
    wait_for(lambda: _leads(own), 10, "leading")
    proxy.hold()
    kubectl.apply(ecs.task_definition("web"))
    began = time.monotonic()
    own.terminate()
    assert time.monotonic() - began < END_SECONDS
    proxy.release()


def test_sigterm_before_it_is_ready(own: OperatorProcess, proxy: FaultProxy) -> None:
    proxy.hold()
    own.start(kubeconfig=proxy.kubeconfig(own.kubeconfig), ready=False)
    wait_for(lambda: _listens(own), 30, "the pages are served")
    began = time.monotonic()
    assert own.terminate() == 0
    assert time.monotonic() - began < END_SECONDS
    proxy.release()


# Coming back


def test_what_changed_while_it_was_down_is_made_good(own: OperatorProcess, kubectl: Kubectl) -> None:
    own.start()
    kubectl.apply(
        [ecs.task_definition("web"), ecs.service("scaled", 1), ecs.service("gone", 1), ecs.service("same", 1)]
    )
    kubectl.apply(ecs.task_definition("other"))
    kubectl.apply(ecs.service("rolled", 1, taskDefinition="other"))
    ecs.wait_ready(kubectl, "ecsservice", "scaled", "gone", "same", "rolled")
    own.terminate()

    kubectl.patch("ecsservice", "scaled", {"spec": {"desiredCount": 3}})
    kubectl.delete("ecsservice", "gone")
    kubectl.apply(ecs.task_definition("other", ecs.container(image="registry.example/app:2")))
    kubectl.apply([ecs.service("new", 1), ecs.task("job")])
    deployment = ecs.deployment_of(kubectl, "same")["metadata"]["name"]
    kubectl.patch("deployment", deployment, {"spec": {"replicas": 5}})
    # With the operator down, what it owned goes all the same.
    wait_for(lambda: not kubectl.list("deployment", ecs.selector(service="gone")), 20, "its Deployment is gone")
    wait_for(lambda: not ecs.pods(kubectl, service="gone"), 20, "its tasks are gone")

    own.start()
    ecs.wait_ready(kubectl, "ecsservice", "scaled", "same", "new")

    def all_good() -> bool:
        rolled = kubectl.get("ecsservice", "rolled")
        assert rolled["status"]["taskDefinition"].endswith("/other:2")
        assert ecs.is_ready(rolled)
        assert ecs.status(kubectl.get("ecstask", "job")).get("lastStatus") == "RUNNING"
        assert len(ecs.pods(kubectl, service="scaled")) == 3
        assert len(ecs.pods(kubectl, service="same")) == 1
        return True

    wait_for(all_good, 30, "all changes are made good")
    assert ecs.deployment_of(kubectl, "same")["spec"]["replicas"] == 1


def test_tasks_heal_by_themselves_while_it_is_down(
    cluster: LocalCluster, own: OperatorProcess, kubectl: Kubectl
) -> None:
    own.start()
    pair = [ecs.container(), ecs.container("side", essential=False)]
    kubectl.apply([ecs.account(), ecs.task_definition("web"), ecs.task_definition("pair", *pair)])
    kubectl.apply([ecs.service("web", 2), ecs.service("pair", 1, taskDefinition="pair")])
    ecs.wait_ready(kubectl, "ecsservice", "web", "pair")
    own.kill()
    before = kubectl.list("pod")
    (ended, _), (replaced,) = ecs.pods(kubectl, service="web"), ecs.pods(kubectl, service="pair")
    for pod in (ended, replaced):
        kubectl.annotate("pod", pod["metadata"]["name"], exit_codes='{"app": 3}', exit_message="last words")

    def healed() -> bool:
        found = [kubectl.get("pod", pod["metadata"]["name"]) for pod in (ended, replaced)]
        statuses = [each for pod in found for each in ecs.status(pod)["containerStatuses"] if each["name"] == "app"]
        return all(each["restartCount"] == 1 and each["ready"] for each in statuses)

    wait_for(healed, 20, "their containers run again")
    assert ecs.uids(kubectl.list("pod")) == ecs.uids(before), "nothing was deleted, nothing came"
    assert kubectl.list("ecstaskrecord") == []
    lease = cluster.api.resource("Lease").path("kubecs-system", "kubecs-operator")
    cluster.api.call("PATCH", lease, {"spec": {"holderIdentity": ""}}, "application/merge-patch+json")
    own.start()

    wait_for(lambda: len(kubectl.list("ecstaskrecord")) == 2, 20, "two records")
    records = [each["spec"] for each in kubectl.list("ecstaskrecord")]
    assert {each["kubernetes"]["podUID"] for each in records} == ecs.uids([ended, replaced])
    assert {(each["stopCode"], each["kubernetes"]["exitCode"]) for each in records} == {("EssentialContainerExited", 3)}
    assert all(each["kubernetes"]["lastLogs"] == {"app": "last words"} for each in records)
    wait_for(lambda: replaced["metadata"]["uid"] not in ecs.uids(kubectl.list("pod")), 20, "another Pod: a whole task")
    ecs.wait_ready(kubectl, "ecsservice", "web", "pair")
    assert ended["metadata"]["uid"] in ecs.uids(kubectl.list("pod")), "its kubelet had renewed the whole of it"
    assert len(kubectl.list("ecstaskrecord")) == 2


def test_a_leader_that_led_but_a_moment_leaves_a_mark(
    cluster: LocalCluster, own: OperatorProcess, kubectl: Kubectl, tmp_path: Path
) -> None:
    own.start()
    kubectl.apply([ecs.account(), ecs.task_definition("web"), ecs.service("web", 3)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    own.terminate()
    lease = cluster.api.resource("Lease").path("kubecs-system", "kubecs-operator")
    cluster.api.call("DELETE", lease)  # and with it all that is known of what was handled
    own.start(env=shim.environment(tmp_path / "seldom", SELDOM_RENEWED))

    def marked() -> Any:
        found = cluster.api.call("GET", lease) if cluster.api.answers(lease) else {"metadata": {}}
        return (found["metadata"].get("annotations") or {}).get("kubecs.dev/pods-handled-up-to") and found["spec"]

    spec = wait_for(marked, 10, "a mark in the Lease")
    own.kill()
    led = datetime.fromisoformat(spec["renewTime"]) - datetime.fromisoformat(spec["acquireTime"])
    assert led.total_seconds() < RENEW_SECONDS, "that is not before the first renewal"

    first, second, _ = ecs.pods(kubectl, service="web")
    kubectl.delete("pod", first["metadata"]["name"])
    kubectl("delete", "pod", second["metadata"]["name"], "--grace-period=0", "--force")
    gone = ecs.uids([first, second])
    wait_for(lambda: not gone & ecs.uids(kubectl.list("pod")), 10, "both are gone")
    wait_for(lambda: len(ecs.pods(kubectl, service="web")) == 3, 10, "others have taken their places")
    cluster.api.call("PATCH", lease, {"spec": {"holderIdentity": ""}}, "application/merge-patch+json")
    own.start()

    wait_for(lambda: len(kubectl.list("ecstaskrecord")) == 2, 20, "two records")
    records = kubectl.list("ecstaskrecord")
    assert {each["spec"]["kubernetes"]["podUID"] for each in records} == gone
    assert {each["spec"]["stopCode"] for each in records} == {"UserInitiated"}


# Logs


def _decide_something(own: OperatorProcess, kubectl: Kubectl) -> None:
    """A service and a task come, the service is scaled, and a document is refused."""
    wait_for(lambda: _leads(own), 10, "leading")
    kubectl.apply([ecs.task_definition("web"), ecs.service("web", 1), ecs.task("job")])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 2}})
    ecs.wait_ready(kubectl, "ecsservice", "web")
    wait_for(lambda: ecs.status(kubectl.get("ecstask", "job")).get("lastStatus") == "RUNNING", 20)
    kubectl.apply(ecs.service("nowhere", 1, cluster="missing"))
    wait_for(lambda: ecs.condition(kubectl.get("ecsservice", "missing.nowhere"), "Reconciling"), 20)
    wait_for(lambda: ecs.event_notes(kubectl, "ECSService", "missing.nowhere", None), 20, "its Event, after its line")


def _own_lines(own: OperatorProcess, kubectl: Kubectl) -> list[str]:
    """The log, without what it says of the namespaces of tests before."""
    entries = [line for line in own.log.splitlines() if re.match(r"\d{4}-", line)]
    return [line for line in entries if kubectl.namespace in line or "key=" not in line]


def test_json_logs_have_one_line_for_each_decision(own: OperatorProcess, kubectl: Kubectl) -> None:
    own.start("--log-format=json")
    _decide_something(own, kubectl)
    assert own.terminate() == 0

    lines: list[dict[str, Any]] = [json.loads(line) for line in own.log.splitlines()]
    lines = [line for line in lines if kubectl.namespace in line.get("key", kubectl.namespace)]
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    times = [datetime.fromisoformat(line["time"]) for line in lines]
    assert times == sorted(times)
    # Without a key it may be about another test's namespace, which goes, and with it Events that were on their way.
    assert {line["level"] for line in lines if "key" in line} == {"info"}

    about = f"/{kubectl.namespace}/"
    decisions = Counter((line["message"], line["key"]) for line in lines if about in line.get("key", ""))
    twice = {decision: count for decision, count in decisions.items() if count > 1}
    # The same words again are another decision: the service is steady once with one task and once with two.
    assert set(twice) <= {("(service web) has reached a steady state.", f"ECSService{about}web")}
    said = {message for message, _ in decisions}
    assert {"register web:1", "registered web:1", "scale service web from 1 to 2 tasks"} <= said
    assert any(message.startswith("start service web with 1 tasks of arn:") for message in said)
    assert any(message.startswith("run web:1 once, for ECSTask job") for message in said)
    assert any("missing" in message and "nowhere" in message for message in said)
    acted = [line for line in lines if "action" in line]
    assert all({"key", "object"} <= set(line) for line in acted)


def test_text_logs_are_lines_for_people(own: OperatorProcess, kubectl: Kubectl) -> None:
    own.start("--log-format=text")
    _decide_something(own, kubectl)
    own.terminate()

    lines = _own_lines(own, kubectl)
    assert len(lines) > 10
    for line in lines:
        moment, level, _ = line.split(maxsplit=2)
        assert datetime.fromisoformat(moment).tzinfo is not None
        assert level == "INFO" or "key=" not in line  # without a key: see the JSON test
    (scaled,) = [line for line in lines if "scale service web from 1 to 2 tasks" in line]
    assert f"key=ECSService/{kubectl.namespace}/web" in scaled
    assert "action=apply object=Deployment/default-web-" in scaled


def test_the_log_level_is_an_option(own: OperatorProcess, kubectl: Kubectl) -> None:
    own.start("--log-level=WARNING")
    _decide_something(own, kubectl)
    own.terminate()
    lines = _own_lines(own, kubectl)
    assert [line for line in lines if "key=" in line or line.split()[1] == "INFO"] == []  # see the JSON test
