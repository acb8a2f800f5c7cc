"""The operator is killed at every single write that it makes, and what it left is made whole by the next one.

For each story (create, scale, roll out, delete a service, …) the k-th write is chosen, and SIGKILL comes just before
or just after it takes effect. Afterwards all that is in the namespace must be what an undisturbed run leaves: nothing
lost, nothing doubled.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.endstate import end_state
from tests.cluster.faultproxy import After, Answer, Before, Fault, FaultProxy
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.soak import SEED, sample, whole
from tools.localcluster import LocalCluster

WRITES = "POST|PATCH|PUT|DELETE"
BEFORE, AFTER = "before", "after"
NEW_IMAGE = ecs.container(image="registry.example/app:2")

Look = Callable[[Kubectl], object]


@dataclass(frozen=True)
class Story:
    """What a person does.

    Attributes:
        calls: at so many of the operator's writes for it there is a crash. A busy machine may take more status writes
            of the same kind; every kind of write has to be among the first so many.
        before: documents that are there first.
        begun: what they have come to, before the story begins.
        eve: what happens then, still before it begins.
        act: the person's deed.
        ended: what it has come to, at least; the whole is compared afterwards.
    """

    calls: int
    before: tuple[ecs.Document, ...]
    begun: Look
    act: Callable[[Kubectl], object]
    ended: Look
    eve: Callable[[Kubectl], object] = lambda _: None


def _steady(*names: str, runs: str = "web:1", count: int | None = None) -> Look:
    """Services are steady on a task definition, and so is their family."""

    def look(kubectl: Kubectl) -> bool:
        services = [kubectl.get("ecsservice", name) for name in names]
        families = kubectl.list("ecstaskdefinition")
        assert all(map(ecs.is_ready, [*services, *families])), [ecs.states(each) for each in [*services, *families]]
        assert all(each["status"]["taskDefinition"].endswith(f"/{runs}") for each in services)
        return count is None or all(each["status"]["runningCount"] == count for each in services)

    return look


def _task_is(status: str) -> Look:
    return lambda kubectl: ecs.status(kubectl.get("ecstask", "job")).get("lastStatus") == status


def _registered(number: int) -> Look:
    def look(kubectl: Kubectl) -> bool:
        family = kubectl.get("ecstaskdefinition", "web")
        assert all(map(ecs.is_ready, kubectl.list("ecstaskdefinitionrevision")))  # told after its family, or before
        return ecs.is_ready(family) and ecs.status(family).get("latestRevision") == number

    return look


def _gone(kind: str, records: int) -> Look:
    def look(kubectl: Kubectl) -> bool:
        left = [*kubectl.list(kind), *kubectl.list("pod"), *kubectl.list("controllerrevision")]
        return not left and len(kubectl.list("ecstaskrecord")) >= records

    return look


def _get_stuck(kubectl: Kubectl) -> None:
    """A deployment whose task never gets ready."""
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": {"podAnnotations": ecs.kwok(never_ready="true")}}})
    wait_for(lambda: len(_running_deployments(kubectl)) == 2, 20, "the new task runs beside the old one")


def _running_deployments(kubectl: Kubectl) -> list[ecs.Document]:
    shown = ecs.status(kubectl.get("ecsservice", "web")).get("deployments", ())
    return [each for each in shown if each["runningCount"] + each["pendingCount"]]


def _stop_deployment(kubectl: Kubectl) -> None:
    newest = ecs.status(kubectl.get("ecsservice", "web"))["deployments"][0]["id"]
    kubectl("annotate", "ecsservice/web", f"kubecs.dev/stop-deployment={newest}")


def _rolled_back(kubectl: Kubectl) -> bool:
    service = kubectl.get("ecsservice", "web")
    return ecs.states(service) == "Stalled RolledBack" and ecs.status(service)["runningCount"] == 1


def _bounded(percent: str) -> Look:
    def look(kubectl: Kubectl) -> bool:
        assert [each["spec"]["minAvailable"] for each in kubectl.list("poddisruptionbudget")] == [percent]
        rolling = ecs.deployment_of(kubectl, "web")["spec"]["strategy"]["rollingUpdate"]
        return bool(rolling["maxUnavailable"] == 1) and bool(_steady("web", count=2)(kubectl))

    return look


WEB = (ecs.account(), ecs.task_definition("web"))

STORIES = {
    "create a service": Story(
        calls=11,
        before=WEB,
        begun=_registered(1),
        act=lambda kubectl: kubectl.apply(ecs.service("web", 2)),
        ended=_steady("web", count=2),
    ),
    "scale a service": Story(
        calls=6,
        before=(*WEB, ecs.service("web", 1)),
        begun=_steady("web", count=1),
        act=lambda kubectl: kubectl.patch("ecsservice", "web", {"spec": {"desiredCount": 3}}),
        ended=_steady("web", count=3),
    ),
    "roll out": Story(
        calls=17,
        before=(*WEB, ecs.service("web", 2)),
        begun=_steady("web", count=2),
        act=lambda kubectl: kubectl.apply(ecs.task_definition("web", NEW_IMAGE)),
        ended=_steady("web", runs="web:2", count=2),
    ),
    "roll back": Story(
        calls=14,
        before=(*WEB, ecs.service("web", 1)),
        begun=_steady("web", count=1),
        eve=_get_stuck,
        act=_stop_deployment,
        ended=_rolled_back,
    ),
    "bound a service otherwise": Story(
        calls=4,
        before=(*WEB, ecs.service("web", 2)),
        begun=_steady("web", count=2),
        act=lambda kubectl: kubectl.patch(
            "ecsservice", "web", {"spec": {"deploymentConfiguration": {"minimumHealthyPercent": 50}}}
        ),
        ended=_bounded("50%"),
    ),
    "run a daemon": Story(
        calls=11,
        before=WEB,
        begun=_registered(1),
        act=lambda kubectl: kubectl.apply(ecs.daemon()),
        ended=_steady("web"),
    ),
    "roll out a daemon": Story(
        calls=17,
        before=(*WEB, ecs.daemon()),
        begun=_steady("web"),
        act=lambda kubectl: kubectl.apply(ecs.task_definition("web", NEW_IMAGE)),
        ended=_steady("web", runs="web:2"),
    ),
    "delete a service": Story(
        calls=4,
        before=(*WEB, ecs.service("web", 2)),
        begun=_steady("web", count=2),
        act=lambda kubectl: kubectl.delete("ecsservice", "web"),
        ended=_gone("ecsservice", 2),
    ),
    "run a task": Story(
        calls=8,
        before=WEB,
        begun=_registered(1),
        act=lambda kubectl: kubectl.apply(ecs.task("job")),
        ended=_task_is("RUNNING"),
    ),
    "a task ends": Story(
        calls=5,
        before=(*WEB, ecs.task("job")),
        begun=_task_is("RUNNING"),
        act=lambda kubectl: kubectl.annotate("pod", _only_pod(kubectl), exit_codes='{"app": 3}'),
        ended=_task_is("STOPPED"),
    ),
    "delete a task": Story(
        calls=3,  # the status of its start may be due still
        before=(*WEB, ecs.task("job")),
        begun=_task_is("RUNNING"),
        act=lambda kubectl: kubectl.delete("ecstask", "job"),
        ended=_gone("ecstask", 1),
    ),
    "edit a task definition": Story(
        calls=5,
        before=WEB,
        begun=_registered(1),
        act=lambda kubectl: kubectl.apply(ecs.task_definition("web", NEW_IMAGE)),
        ended=_registered(2),
    ),
    "delete a task definition": Story(
        calls=3,
        before=(*WEB, ecs.service("web", 1)),
        begun=_steady("web", count=1),
        act=lambda kubectl: kubectl.delete("ecstaskdefinition", "web"),
        ended=lambda kubectl: kubectl.get("ecstaskdefinitionrevision", "web.1")["spec"]["lifecycle"] == "INACTIVE",
    ),
}


def _points(name: str, seed: int) -> list[tuple[str, str, int]]:
    """Every place at which a story may be killed; or one of the first half, since not every run gets to the others."""
    last = STORIES[name].calls if whole() else (STORIES[name].calls + 1) // 2
    points = [(name, side, call) for call in range(1, last + 1) for side in (BEFORE, AFTER)]
    return sample(points, 1, seed)


GRID = [point for number, name in enumerate(STORIES) for point in _points(name, SEED + number)]


def _going(kubectl: Kubectl) -> list[ecs.Document]:
    return [pod for pod in kubectl.list("pod") if "deletionTimestamp" in pod["metadata"]]


def _only_pod(kubectl: Kubectl) -> str:
    (pod,) = kubectl.list("pod")
    return str(pod["metadata"]["name"])


@dataclass
class Stage:
    """Where the stories are played: the cluster, and an operator behind a proxy that kills it when told.

    Attributes:
        undisturbed: the end state of each story that was played without a crash, and the kinds of its writes in order.
    """

    cluster: LocalCluster
    proxy: FaultProxy
    operator: OperatorProcess
    undisturbed: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)

    def start(self) -> None:
        """A new operator, which leads at once: the Lease is taken from the dead one, but what it left there stays."""
        lease = self.cluster.api.resource("Lease").path("kubecs-system", "kubecs-operator")
        if self.cluster.api.answers(lease):
            self.cluster.api.call("PATCH", lease, {"spec": {"holderIdentity": ""}}, "application/merge-patch+json")
        self.operator.start(kubeconfig=self.proxy.kubeconfig(self.operator.kubeconfig))
        wait_for(self._leads, 20, "leading")

    def _leads(self) -> bool:
        assert ecs.sample(self.operator.metrics(), "ecs_operator_leader") == 1, self.operator.log[-3000:]
        return True

    def begin(self, story: Story) -> Kubectl:
        """A namespace in which the story may begin."""
        name = f"t-{secrets.token_hex(4)}"
        document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        self.cluster.api.call("POST", "/api/v1/namespaces", document)
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        wait_for(lambda: self.cluster.api.answers(account), 30, "the namespace's default ServiceAccount")
        kubectl = Kubectl(self.cluster, name)
        log = AuditLog(self.cluster)
        for document in story.before:
            kubectl.apply(document)
            if document["kind"] == "ECSTaskDefinition":  # a service before it is told that it has none yet
                ecs.wait_ready(kubectl, "ecstaskdefinition", document["metadata"]["name"])
        wait_for(lambda: story.begun(kubectl), 30, "the story may begin")
        log.settle(name)
        story.eve(kubectl)
        log.settle(name)
        return kubectl

    def play(self, story: Story) -> tuple[list[str], list[str]]:
        """Without a crash: the end state, and the kind of each write, in order."""
        kubectl = self.begin(story)
        log = AuditLog(self.cluster)
        already = len(self.proxy.calls)
        story.act(kubectl)
        wait_for(lambda: story.ended(kubectl), 30, "the story has ended")
        wait_for(lambda: not _going(kubectl), 30, "no Pod is going any more")
        log.settle(kubectl.namespace)
        return end_state(kubectl), self._kinds(kubectl, already)

    def _kinds(self, kubectl: Kubectl, already: int) -> list[str]:
        """What the operator wrote in a namespace, as `PATCH ecsservices status`."""
        place = re.compile(self.path(kubectl) + r"(\w+)(?:/[^/?]+)?(?:/(\w+))?")
        writes = [call for call in self.proxy.calls[already:] if re.fullmatch(WRITES, call.method)]
        found = [(call.method, place.search(call.path)) for call in writes]
        return [" ".join([method, *filter(None, at.groups())]) for method, at in found if at is not None]

    @staticmethod
    def path(kubectl: Kubectl) -> str:
        """What the operator writes in a namespace, but Events, which are not state."""
        return f"/namespaces/{kubectl.namespace}/(?!events)"

    def kill_at(self, kubectl: Kubectl, side: str, call: int) -> Fault:
        """Sets the trap."""
        what: dict[str, Any] = {"method": WRITES, "path": self.path(kubectl), "skip": call - 1}
        if side == AFTER:
            return self.proxy.add(After(self.operator.kill), **what)
        self.proxy.add(Before(self.operator.kill), **what)
        return self.proxy.add(Answer(503), **what)  # to nobody: the call must not go on to the API server


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    usual: OperatorProcess = request.getfixturevalue("operator")  # asked for so that no test starts it beside ours
    if usual.pid is not None:
        usual.terminate()
    directory: Path = tmp_path_factory.mktemp("grid")
    with FaultProxy(cluster.url, cluster.certificate_authority) as proxy:
        own = Stage(cluster, proxy, OperatorProcess(usual.kubeconfig, directory, "grid"))
        own.start()
        yield own
        proxy.clear()
        if own.operator.pid is not None:
            own.operator.terminate()


def _undisturbed(stage: Stage, name: str) -> tuple[list[str], int]:
    """The end state, and the number of writes."""
    if name not in stage.undisturbed:
        stage.undisturbed[name] = stage.play(STORIES[name])
    state, kinds = stage.undisturbed[name]
    missing = set(kinds) - set(kinds[: STORIES[name].calls])
    assert not missing, f"{name}: the grid has to be larger, to have a crash at {missing} among {kinds}"
    return state, len(kinds)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "side", "call"), GRID)
def test_killed_at_a_write(stage: Stage, name: str, side: str, call: int, tell: Callable[[str], None]) -> None:
    expected, calls = _undisturbed(stage, name)
    story = STORIES[name]
    kubectl = stage.begin(story)
    log = AuditLog(stage.cluster)
    trap = stage.kill_at(kubectl, side, call)

    story.act(kubectl)
    wait_for(lambda: trap.hits or story.ended(kubectl), 30, "killed, or ended before that many writes")
    log.settle(kubectl.namespace)
    stage.proxy.clear()
    assert trap.hits or call > calls // 2, "status writes may merge, but not as many as that"
    if trap.hits:
        stage.operator.wait()
        stage.start()
    wait_for(lambda: story.ended(kubectl), 30, "the story has ended")

    wait_for(lambda: _same(end_state(kubectl), expected), 15, "the end state is that of the undisturbed run")
    log.settle(kubectl.namespace)
    assert _same(end_state(kubectl), expected)
    done = "killed, then as undisturbed" if trap.hits else "not that many writes this time"
    tell(f"crash grid: {name}, {side} write {call} (of {calls} undisturbed): {done}")


def _same(state: list[str], expected: list[str]) -> bool:
    lost, added = Counter(expected) - Counter(state), Counter(state) - Counter(expected)
    assert state == expected, "\n".join([*(f"- {line}" for line in lost), *(f"+ {line}" for line in added)])
    return True
