"""Members of task definitions that no other file here is about, each seen from inside its container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.node.containers import UNTIL_TOLD, Containers, container_of

pytestmark = pytest.mark.usefixtures("operator")

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


def test_environment_files(containers: Containers, kubectl: Kubectl) -> None:
    arns = {name: f"arn:aws:s3:::shop/{name}.env" for name in ("first", "second")}
    kubectl.apply(ecs.account(environmentFiles=[{"from": arns[name], "configMapName": name} for name in arns]))
    kubectl("create", "configmap", "first", "--from-literal=A=first", "--from-literal=B=first", "--from-literal=C=$(A)")
    kubectl("create", "configmap", "second", "--from-literal=B=second", "--from-literal=D=second")
    files = [{"type": "s3", "value": arn} for arn in arns.values()]
    own = [{"name": "A", "value": "own"}]
    printing = containers.shell('echo "$A $B $C $D"', environment=own, environmentFiles=files)
    assert containers.outputs(files=printing)["files"] in {"own first $(A) second", "own second $(A) second"}


def test_linked_container_is_reached_by_its_names(containers: Containers) -> None:
    served = containers.shell("mkdir /w; echo hello > /w/index.html; exec httpd -f -p 8080 -h /w", "db")
    linked = containers.shell(UNTIL_TOLD, links=["db:database"])
    pod = containers.serve(linked, served, networkMode="bridge")
    for name in ("db", "database"):
        request = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {name} 8080 || true"  # nobody may listen yet
        wait_for(lambda request=request: "hello" in containers.execute(pod, request), 10)


def test_standard_input_stays_open_where_it_is_interactive(containers: Containers) -> None:
    script = "cat > /dev/null & sleep 0.5; kill -0 $! 2> /dev/null && echo waits || echo ended"
    reads = f"exec 3<&0; ({script}) <&3"
    reading = reads.replace("cat >", "cat <&3 >")
    outputs = containers.outputs(open=containers.shell(reading, interactive=True), closed=containers.shell(reading))
    assert outputs == {"open": "waits", "closed": "ended"}


def test_seccomp_profiles(containers: Containers, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account(allow={"privileged": True}))
    script = "grep -w Seccomp: /proc/self/status | cut -f 2"
    outputs = containers.outputs(
        default=containers.shell(script, dockerSecurityOptions=["seccomp:default"]),
        unconfined=containers.shell(script, dockerSecurityOptions=["seccomp:unconfined"]),
    )
    assert outputs == {"default": "2", "unconfined": "0"}


def test_privileged_container_has_what_the_node_has(containers: Containers, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account(allow={"privileged": True}))
    script = "grep CapEff /proc/self/status | cut -f 2; ls /dev | wc -l"
    outputs = containers.outputs(plain=containers.shell(script), all=containers.shell(script, privileged=True))
    plain, privileged = (
        [int(word, base) for word, base in zip(outputs[name].split(), (16, 10), strict=True)]
        for name in ("plain", "all")
    )
    bounding = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapBnd"))
    assert privileged[0] == int(bounding.split()[1], 16)
    assert privileged[1] > plain[1]


def test_memory_of_the_task_is_the_ceiling_of_its_containers(containers: Containers) -> None:
    eats = containers.shell("x=aaaaaaaa; while :; do x=$x$x; done")
    del eats["memory"]
    record = containers.run(eats | {"memoryReservation": 16}, memory="32")
    container = container_of(record)
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_containers_share_ipc_and_may_share_that_of_the_node(containers: Containers, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account(allow={"hostIPC": True, "hostPID": True}))
    looks = "readlink /proc/self/ns/ipc"
    pod = containers.serve(containers.shell(UNTIL_TOLD), containers.shell(UNTIL_TOLD, "other"), ipcMode="task")
    own = {containers.execute(pod, looks, name) for name in ("app", "other")}
    assert len(own) == 1
    assert own != {os.readlink("/proc/self/ns/ipc")}
    hosts = containers.serve(containers.shell(UNTIL_TOLD), name="hosts", ipcMode="host", pidMode="host")
    assert containers.execute(hosts, looks) == os.readlink("/proc/self/ns/ipc")
    assert "containerd" in containers.execute(hosts, "ps")


def test_only_a_task_role_brings_a_token(containers: Containers, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account(roles=[{"role": "reader", "roleRefs": [{"kind": "ClusterRole", "name": "view"}]}]))
    look = containers.shell(f"test -s {TOKEN} && echo token || echo none; sleep 600")
    role = {"taskRoleArn": f"arn:aws:iam::{ecs.ACCOUNT_ID}:role/reader"}
    for name, members, expected in (("with", role, "token"), ("without", {}, "none")):
        pod = containers.serve(look, name=name, **members)
        wait_for(lambda pod=pod, expected=expected: containers.output(pod) == expected, 10)


def test_directories_of_the_node(containers: Containers, kubectl: Kubectl, tmp_path: Path) -> None:
    kubectl.apply(ecs.account(allow={"hostVolumes": [str(tmp_path)]}))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("of the node\n")
    options = {"type": "none", "o": "bind", "device": str(tmp_path / "data")}
    bind = {"driver": "local", "scope": "shared", "autoprovision": True, "driverOpts": options}
    volumes = [{"name": "host", "host": {"sourcePath": str(tmp_path / "data")}}]
    volumes += [{"name": "bind", "dockerVolumeConfiguration": bind}]
    points = [
        {"sourceVolume": "host", "containerPath": "/host"},
        {"sourceVolume": "bind", "containerPath": "/bind", "readOnly": True},
    ]
    script = "cat /host/file; echo written > /host/new; cat /bind/new; touch /bind/x 2>&1; true"
    output = containers.outputs(volumes=volumes, web=containers.shell(script, mountPoints=points))["web"]
    assert output.splitlines() == ["of the node", "written", "touch: /bind/x: Read-only file system"]
    assert (tmp_path / "data" / "new").read_text() == "written\n"


def test_start_timeout_ends_a_task_whose_job_takes_too_long(containers: Containers) -> None:
    job = containers.shell("trap 'exit 3' TERM; sleep 600 & wait", "job", essential=False, startTimeout=2)
    waits = containers.shell("true", dependsOn=[{"containerName": "job", "condition": "SUCCESS"}])
    record = containers.run(waits, job)
    assert record["stopCode"] == "TaskFailedToStart"
    assert record["stoppedReason"] == "Task failed to start: container job did not end within its startTimeout"
    assert "exitCode" not in container_of(record)
    assert container_of(record, "job")["exitCode"] == 3


def test_container_that_is_unhealthy_from_the_start_never_lets_the_others_begin(
    containers: Containers, operator: OperatorProcess
) -> None:
    assert operator.pid
    check = {"command": ["CMD", "false"], "interval": 5, "retries": 1, "timeout": 2}
    sick = containers.shell("trap 'exit 0' TERM; sleep 600 & wait", "db", healthCheck=check)
    waits = containers.shell("true", dependsOn=[{"containerName": "db", "condition": "HEALTHY"}])
    record = containers.run(waits, sick)
    assert record["stopCode"] == "TaskFailedToStart"
    assert "container db had to become HEALTHY" in record["stoppedReason"]
