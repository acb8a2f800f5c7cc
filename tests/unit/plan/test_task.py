import copy
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.crds import status as statuses
from kubecs.plan import conditions, taskstatus
from kubecs.plan.account import account_of
from kubecs.plan.actions import Apply, Create, Delete, Patch, Plan
from kubecs.plan.pod import PodSnapshot, plan_pod
from kubecs.plan.refusal import Refusal
from kubecs.plan.settings import Settings
from kubecs.plan.task import plan_task
from kubecs.plan.tasksnapshot import TaskSnapshot, pod_name
from kubecs.plan.timestamps import rfc3339
from kubecs.translate import labels, names
from tests.unit.plan.pods import NOW, status, terminated
from tests.unit.plan.schemas import problems

ACCOUNT = account_of({"spec": {"accountId": "111122223333", "region": "eu-west-1"}}, "shop", "us-east-1")
PREFIX = "arn:aws:ecs:eu-west-1:111122223333:"
UID = "7c1d2e3f-0000-4000-8000-000000000001"
NAME = f"web-{names.digits(UID, 10)}"


def revision(number: int = 3, **more: Any) -> dict[str, Any]:
    container = {"name": "app", "image": "busybox:1.36", "memory": 64, "command": ["true"]} | more.pop("container", {})
    document = {"family": "web", "containerDefinitions": [container]} | more
    return {"metadata": {"name": f"web.{number}"}, "spec": {"revision": number, "taskDefinition": document}}


def task(stored: Mapping[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSTask",
        "metadata": {"name": "migrate", "namespace": "shop", "uid": UID, "generation": 1},
        "spec": {"taskDefinition": "web:3", "cluster": "Prod"} | spec,
        "status": dict(stored or {}),
    }


def look(own, pod=None, now=NOW, **more: Any) -> Plan:
    facts = {
        "account": ACCOUNT,
        "cluster_known": True,
        "family_object": None,
        "revisions": (revision(),),
        "identities": IDENTITIES,
    }
    plan = plan_task(TaskSnapshot(task=own, pod=pod, **(facts | more)), now)
    if plan.status is not None:
        assert list(problems(plan.status, statuses.TASK)) == []
    return plan


def applied(plan: Plan) -> dict[tuple[str, str], Any]:
    actions = [action for step in plan.steps for action in step]
    return {
        (action.manifest["kind"], action.manifest["metadata"]["name"]): action.manifest
        for action in actions
        if isinstance(action, Apply | Create)
    }


IDENTITIES: Mapping[tuple[str, str], Any] = {}
IDENTITIES = {key: manifest for key, manifest in applied(look(task())).items() if key[0] != "Pod"}


def live(manifest: Mapping[str, Any], uid: str = "pod-uid-1", *containers: dict[str, Any]) -> dict[str, Any]:
    """A created Pod as the API server shows it."""
    shown = copy.deepcopy(dict(manifest))
    shown["metadata"] |= {"uid": uid, "resourceVersion": "5", "creationTimestamp": rfc3339(NOW)}
    shown["status"] = {"phase": "Pending", "containerStatuses": list(containers)}
    return shown


def created(**spec: Any) -> dict[str, Any]:
    return live(applied(look(task(**spec)))["Pod", NAME])


def stored(plan: Plan) -> dict[str, Any]:
    assert plan.status is not None
    return {name: value for name, value in plan.status.items() if value is not None}


def triple(plan: Plan) -> dict[str, str]:
    return {each["type"]: each["status"] for each in stored(plan)["conditions"]}


def test_a_new_task_gets_a_gated_pod() -> None:
    plan = look(task(startedBy="me", kubernetes={"podLabels": {"team": "a", "kubecs.dev/service": "forged"}}))
    pod = applied(plan)["Pod", NAME]
    assert pod["spec"]["schedulingGates"] == [{"name": "kubecs.dev/recorded"}]
    assert pod["spec"]["restartPolicy"] == "Never"
    assert pod["metadata"]["ownerReferences"][0]["uid"] == UID
    assert pod["metadata"]["labels"]["team"] == "a"
    assert labels.SERVICE not in pod["metadata"]["labels"]
    notes = pod["metadata"]["annotations"]
    assert notes[labels.OWNER_OBJECT] == "migrate"
    assert notes[labels.TASK_GROUP] == "family:web"
    assert notes[labels.STARTED_BY] == "me"
    assert notes[labels.TASK_DEFINITION] == f"{PREFIX}task-definition/web:3"
    assert plan.status is None
    assert [each.reason for each in plan.events] == ["TaskStarted"]


def test_its_identity_comes_first() -> None:
    plan = look(task(), identities={})
    kinds = [[action.manifest["kind"] for action in step if isinstance(action, Apply | Create)] for step in plan.steps]
    assert kinds == [["ServiceAccount"], ["Pod"]]


def test_the_gate_falls_only_after_the_uid_is_written() -> None:
    pod = created()
    first = look(task(), pod)
    assert first.steps == ()
    assert stored(first)["podUID"] == "pod-uid-1"
    assert stored(first)["lastStatus"] == "PROVISIONING"
    second = look(task(stored(first)), pod)
    patch = second.steps[0][0]
    assert isinstance(patch, Patch)
    assert patch.body == (
        {"op": "test", "path": "/metadata/uid", "value": "pod-uid-1"},
        {"op": "test", "path": "/spec/schedulingGates/0/name", "value": "kubecs.dev/recorded"},
        {"op": "remove", "path": "/spec/schedulingGates/0"},
    )
    assert second.status == first.status
    del pod["spec"]["schedulingGates"]
    assert look(task(stored(first)), pod).steps == ()


def test_a_running_task_is_ready() -> None:
    pod = created(launchType="FARGATE")
    pod["spec"] |= {"nodeName": "node-1", "schedulingGates": []}
    started = rfc3339(NOW + timedelta(seconds=7))
    pod["status"]["containerStatuses"] = [status("app", {"running": {"startedAt": started}})]
    plan = look(task({"podUID": "pod-uid-1"}), pod)
    found = stored(plan)
    assert (found["lastStatus"], found["desiredStatus"], found["startedAt"]) == ("RUNNING", "RUNNING", started)
    assert found["taskArn"] == f"{PREFIX}task/Prod/poduid1"
    assert found["clusterArn"] == f"{PREFIX}cluster/Prod"
    assert triple(plan) == {"Ready": "True", "Reconciling": "False", "Stalled": "False", "Stopped": "False"}


def finished(code: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The Pod of a task that ended with a code, and its record."""
    pod = created()
    pod["spec"] |= {"nodeName": "node-1", "schedulingGates": []}
    pod["status"] = {"phase": "Failed" if code else "Succeeded", "containerStatuses": []}
    ended = {"startedAt": rfc3339(NOW), "finishedAt": rfc3339(NOW)}
    pod["status"]["containerStatuses"] = [status("app", terminated("a", code, **ended))]
    plan = plan_pod(PodSnapshot(pod, gone=False, account=ACCOUNT), NOW)
    create = plan.steps[0][0]
    assert isinstance(create, Create)
    return pod, dict(create.manifest)


@pytest.mark.parametrize(("code", "ready", "is_stalled"), [(0, "True", "False"), (3, "False", "True")])
def test_a_task_is_stopped_when_that_is_recorded(code, ready, is_stalled) -> None:
    pod, record = finished(code)
    before = look(task({"podUID": "pod-uid-1"}), pod)
    assert (stored(before)["lastStatus"], stored(before)["desiredStatus"]) == ("DEPROVISIONING", "STOPPED")
    after = look(task(stored(before)), pod, records=(record,))
    found = stored(after)
    assert (found["lastStatus"], found["stopCode"], found["exitCode"]) == ("STOPPED", "EssentialContainerExited", code)
    assert found["stoppedAt"] == rfc3339(NOW)
    assert found["containers"][0]["exitCode"] == code
    assert (triple(after)["Ready"], triple(after)["Stalled"], triple(after)["Stopped"]) == (ready, is_stalled, "True")
    assert after.steps == ()
    assert look(task(found), None, records=()) == Plan()


def test_a_record_of_an_earlier_task_of_that_name_is_not_its_own() -> None:
    _, record = finished(0)
    record["spec"]["kubernetes"] |= {"podName": "web-0123456789", "podUID": "older"}
    assert ("Pod", NAME) in applied(look(task(), records=(record,)))


def test_a_record_forbids_a_second_pod_even_without_a_uid() -> None:
    _, record = finished(0)
    plan = look(task(), records=(record,))
    assert applied(plan) == {}
    assert stored(plan)["podUID"] == "pod-uid-1"


def test_a_pod_that_is_gone_without_a_record_is_awaited_then_stopped() -> None:
    first = look(task({"podUID": "pod-uid-1", "podName": NAME}))
    assert first.steps == ()
    assert first.requeue_after == 10.0
    assert stored(first)["lastStatus"] == "DEPROVISIONING"
    second = look(task(stored(first)), now=NOW + timedelta(seconds=10))
    found = stored(second)
    assert (found["lastStatus"], found["podName"]) == ("STOPPED", NAME)
    assert "nobody saw" in found["stoppedReason"]
    assert "PodGone" not in triple(second)
    assert look(task(found), now=NOW + timedelta(hours=1)) == Plan()


def test_a_stray_second_pod_is_taken_away() -> None:
    second = created() | {}
    second["metadata"]["uid"] = "pod-uid-2"
    plan = look(task({"podUID": "pod-uid-1"}), second)
    delete = plan.steps[0][0]
    assert isinstance(delete, Delete)
    assert (delete.ref.kind, delete.ref.uid) == ("Pod", "pod-uid-2")


def test_it_goes_when_its_time_to_live_is_over() -> None:
    done = {"podUID": "p", "lastStatus": "STOPPED", "stoppedAt": rfc3339(NOW)}
    own = task(done, kubernetes={"ttlSecondsAfterFinished": 60})
    assert look(own, now=NOW + timedelta(seconds=45)) == Plan(requeue_after=15.0)
    delete = look(own, now=NOW + timedelta(seconds=60)).steps[0][0]
    assert isinstance(delete, Delete)
    assert (delete.ref.kind, delete.ref.name, delete.ref.uid) == ("ECSTask", "migrate", UID)
    assert look(task(done), now=NOW + timedelta(days=9)) == Plan()
    _, record = finished(0)
    unwritten = task({"podUID": "pod-uid-1"}, kubernetes={"ttlSecondsAfterFinished": 0})
    assert look(unwritten, records=(record,)).steps == ()


@pytest.mark.parametrize(
    ("own", "more", "reason"),
    [
        (task(taskDefinition="web:9"), {}, "TaskDefinitionNotFound"),
        (task(), {"cluster_known": False}, "ClusterNotFound"),
    ],
)
def test_what_is_missing_is_waited_for(own, more, reason) -> None:
    first = look(own, **more)
    assert first.steps == ()
    assert first.requeue_after == 60.0
    assert triple(first)["Reconciling"] == "True"
    assert [(each.type, each.reason) for each in first.events] == [("Warning", reason)]
    later = look(own | {"status": stored(first)}, now=NOW + timedelta(seconds=60), **more)
    assert triple(later)["Stalled"] == "True"
    assert later.requeue_after is None
    assert later.events == ()


@pytest.mark.parametrize(
    ("own", "found", "reason"),
    [
        (task(count=2), revision(), "CountNotAvailable"),
        (
            task(overrides={"containerOverrides": [{"name": "app", "command": ["x"]}]}),
            revision(),
            "OverridesNotAvailable",
        ),
        (task(), revision(container={"memory": None}), "InvalidTaskDefinition"),
        (task(), revision(container={"privileged": True}), "NotAllowed"),
        (task(), revision(networkMode="host"), "NotAllowed"),
    ],
)
def test_what_is_wrong_stalls_at_once(own, found, reason) -> None:
    plan = look(own, revisions=(found,))
    assert plan.steps == ()
    assert triple(plan)["Stalled"] == "True"
    ready = conditions.find(stored(plan)["conditions"], "Ready")
    assert ready is not None
    assert ready["reason"] == reason


def test_a_role_that_is_not_allowed_is_refused_and_an_unmapped_one_is_reported() -> None:
    strict = account_of({"spec": {"allow": {"roles": []}}}, "shop", "us-east-1")
    found = (revision(taskRoleArn="migrator"),)
    assert look(task(), revisions=found, account=strict).steps == ()
    assert [each.reason for each in look(task(), revisions=found).events] == ["TaskStarted", "RoleNotMapped"]


def test_a_restart_policy_that_the_api_server_does_not_keep_is_reported() -> None:
    found = (revision(container={"restartPolicy": {"enabled": True}}),)
    keeps = Settings(container_restart_rules=True)
    without, with_rules = look(task(), revisions=found), look(task(), revisions=found, settings=keeps)
    assert [each.reason for each in without.events] == ["TaskStarted", "RestartPolicyNotApplied"]
    assert [each.reason for each in with_rules.events] == ["TaskStarted"]
    (pod,) = (each for each in applied(with_rules).values() if each["kind"] == "Pod")
    assert pod["spec"]["containers"][0]["restartPolicy"] == "Always"


def test_a_refusal_by_the_api_server_forgets_nothing() -> None:
    own = task({"podUID": "pod-uid-1", "podName": NAME, "lastStatus": "RUNNING"})
    snapshot = TaskSnapshot(own, ACCOUNT, cluster_known=True, family_object=None, revisions=(), pod=None)
    plan = taskstatus.refused(snapshot, Refusal("KubernetesInvalid", "no"), NOW)
    assert stored(plan)["podUID"] == "pod-uid-1"
    assert stored(plan)["lastStatus"] == "RUNNING"
    assert triple(plan)["Stalled"] == "True"


def test_members_without_effect_are_named() -> None:
    plan = look(task(placementStrategy=[{"type": "random"}], enableExecuteCommand=False), created())
    found = conditions.find(stored(plan)["conditions"], "NotTranslated")
    assert found is not None
    assert found["message"].endswith("yet: placementStrategy")


def test_the_network_that_it_asks_for_is_judged_as_a_services() -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
    plan = look(task(networkConfiguration=network), created())
    kinds = [each["type"] for each in stored(plan)["conditions"]]
    assert kinds[-2:] == ["SecurityGroupsNotApplied", "SubnetsNotApplied"]
    assert conditions.find(stored(plan)["conditions"], "NotTranslated") is None


def test_it_says_what_its_task_definition_says_until_it_has_stopped() -> None:
    said = conditions.set_conditions((), (conditions.Condition("Spoken", "True", "Spoken", "user: no"),), 1, NOW)
    told = (revision() | {"status": {"conditions": said}},)
    found = conditions.find(stored(look(task(), live(created()), revisions=told))["conditions"], "Spoken")
    assert found is not None
    assert found["message"] == "taskDefinition web:3: user: no"
    record = {"lastStatus": "STOPPED", "taskDefinitionArn": "arn:aws:ecs:r:1:task-definition/web:3"}
    ended = {"spec": record | {"kubernetes": {"podName": NAME}, "stoppedAt": "2026-11-24T12:00:00Z"}}
    plan = look(task(), revisions=told, records=(ended,))
    assert conditions.find(stored(plan)["conditions"], "Spoken") is None


def test_the_name_of_its_pod_needs_no_valid_reference() -> None:
    assert pod_name(task(taskDefinition="not a reference")).startswith("task-")
    assert pod_name(task(taskDefinition="web")) == NAME


class World:
    """An ECSTask, its Pods and its record, and an operator that crashes and looks at old caches."""

    def __init__(self) -> None:
        self.pod: dict[str, Any] | None = None
        self.status: dict[str, Any] = {}
        self.record: Mapping[str, Any] | None = None
        self.made = 0
        self.ran: set[str] = set()

    def look(self, *, stale: bool = False, crash: bool = False) -> None:
        seen = self.status
        plan = look(task(seen), None if stale else self.pod, records=(self.record,) if self.record else ())
        done = all(self._act(action) for step in plan.steps for action in step)
        if done and not crash and plan.status is not None:
            self.status = stored(plan)

    def _act(self, action: object) -> bool:
        """Do what the API server would; False where it would refuse."""
        if isinstance(action, Create):
            if self.pod is not None:
                return False
            self.made += 1
            self.pod = live(action.manifest, f"pod-uid-{self.made}")
        elif isinstance(action, Patch):
            if self.pod is None or self.pod["metadata"]["uid"] != action.body[0]["value"]:
                return False
            self.pod["spec"]["schedulingGates"] = []
            self.ran.add(self.pod["metadata"]["uid"])
        elif isinstance(action, Delete) and self.pod is not None and self.pod["metadata"]["uid"] == action.ref.uid:
            self.pod = None
        return True

    def lose_pod(self, *, seen: bool) -> None:
        if self.pod is not None and seen:
            plan = plan_pod(PodSnapshot(self.pod, gone=True, account=ACCOUNT), NOW)
            self.record = plan.steps[0][0].manifest
        self.pod = None

    def end(self) -> None:
        if self.pod is not None and not self.pod["spec"]["schedulingGates"]:
            ended = [status("app", terminated("a", 0))]
            self.pod["status"] = {"phase": "Succeeded", "containerStatuses": ended}

    def lose_record(self) -> None:
        self.record = None


EVENTS = {
    "look": World.look,
    "crash after the steps": lambda world: world.look(crash=True),
    "look at an old cache": lambda world: world.look(stale=True),
    "the pod goes": lambda world: world.lose_pod(seen=True),
    "the pod goes unseen": lambda world: world.lose_pod(seen=False),
    "the pod ends": World.end,
    "the record goes": World.lose_record,
}


@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=40))
def test_it_runs_at_most_once_ever(events) -> None:
    """Whatever happens between looks, no second Pod of an ECSTask ever gets past its gate."""
    world = World()
    for event in events:
        EVENTS[event](world)
    assert len(world.ran) <= 1


def test_left_alone_it_runs() -> None:
    world = World()
    for _ in range(3):
        world.look()
    assert world.ran == {"pod-uid-1"}


def test_a_task_without_network_is_isolated_for_as_long_as_it_runs() -> None:
    closed = {"revisions": (revision(networkMode="none"),)}
    made = applied(look(task(), **closed))
    policy = next(manifest for (kind, _), manifest in made.items() if kind == "NetworkPolicy")
    pod = live(made["Pod", NAME])
    held = {"companions": {("NetworkPolicy", policy["metadata"]["name"]): policy}}
    known = task({"podUID": pod["metadata"]["uid"]})
    assert ("NetworkPolicy", policy["metadata"]["name"]) in applied(look(known, pod, **closed))
    assert applied(look(known, pod, **closed, **held)) == {}
    over = pod | {"status": pod.get("status", {}) | {"phase": "Succeeded"}}
    assert applied(look(known, over, **closed)) == {}
