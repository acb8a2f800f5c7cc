"""What a container runs, with which environment and as whom, seen in its output."""

from __future__ import annotations

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.node.containers import Containers, Document, container_of

pytestmark = pytest.mark.usefixtures("operator")


def test_command_and_entry_point_are_those_of_docker(containers: Containers) -> None:
    outputs = containers.outputs(
        neither=containers.image("greeter"),
        command=containers.image("greeter", command=["of the document"]),
        entry=containers.image("greeter", entryPoint=["echo", "own entry point"]),
        both=containers.image("greeter", entryPoint=["echo", "own"], command=["and command"]),
    )
    assert outputs == {
        "neither": "entry point of the image command of the image",
        "command": "entry point of the image of the document",
        "entry": "own entry point",
        "both": "own and command",
    }


def test_nothing_is_expanded_in_arguments_and_environment(containers: Containers) -> None:
    odd = ["$(NAME)", "$$(NAME)", "$$$(NAME)", "$NAME", "${NAME}", "$(", "$", "a b", "'\"\\", "", "äöü 漢"]
    values = [{"name": f"V{index}", "value": value} for index, value in enumerate(odd)]
    environment = [{"name": "NAME", "value": "expanded"}, *values, {"name": "LATER", "value": "$(NAME)/$(V3)"}]
    script = 'printf "%s\\n" "$@"; for i in 0 1 2 3 4 5 6 7 8 9 10; do eval "printf \'%s\\n\' \\"\\$V$i\\""; done'
    printing = containers.shell(script + '; printf "%s\\n" "$LATER"', environment=environment)
    printing["command"] = [*printing["command"], "-", *odd]
    output = containers.outputs(odd=printing)["odd"]
    assert output.split("\n") == [*odd, *odd, "$(NAME)/$(V3)"]


def test_image_environment_is_kept_and_overridden(containers: Containers) -> None:
    printing = {"entryPoint": ["sh", "-c", "echo $GREETING; pwd"]}
    outputs = containers.outputs(
        kept=containers.image("greeter", **printing),
        overridden=containers.image(
            "greeter", **printing, environment=[{"name": "GREETING", "value": "own"}], workingDirectory="/tmp"
        ),
    )
    assert outputs == {"kept": "from the image\n/home/app", "overridden": "own\n/tmp"}


def test_environment_files_are_read_as_the_agent_reads_them(containers: Containers, kubectl: Kubectl) -> None:
    first = '# A comment\nGREETING=of the file\nQUOTED="a b" \nOWN=file\nEMPTY=\nSAME=first\n'
    data = {"first.env": first, "second.env": "SAME=second\r\nOTHER=a=b\r\n"}
    kubectl.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "env"}, "data": data})
    entries = [{"from": f"arn:aws:s3:::shop/{key}", "configMapName": "env", "key": key} for key in data]
    kubectl.apply(ecs.account(environmentFiles=entries))
    script = "echo $GREETING; echo $QUOTED $OWN $SAME $OTHER; env | grep -c ^EMPTY="
    files = [{"type": "s3", "value": entry["from"]} for entry in entries]
    printing = containers.image(
        "greeter",
        entryPoint=["sh", "-c", f"{script}; true"],
        environmentFiles=files,
        environment=[{"name": "OWN", "value": "own"}],
    )
    assert containers.outputs(files=printing)["files"] == 'of the file\n"a b" own first a=b\n0'
    kubectl.delete("configmap", "env")
    missing = containers.run(printing, family="missing")
    assert missing["stopCode"] == "TaskFailedToStart"
    reason = "ResourceInitializationError: failed to download env files: open /.kubecs/env/1"
    assert container_of(missing, "app")["reason"].startswith(reason)


def test_user_and_group(containers: Containers) -> None:
    script = "echo $(id -u):$(id -g)"
    outputs = containers.outputs(
        image=containers.image("greeter", entryPoint=["sh", "-c", script]),
        number=containers.shell(script, user="1000"),
        group=containers.shell(script, user="1000:2000"),
        root=containers.image("greeter", entryPoint=["sh", "-c", script], user="0:0"),
    )
    assert outputs == {"image": "1000:1000", "number": "1000:1000", "group": "1000:2000", "root": "0:0"}


def test_read_only_root_takes_no_writes(containers: Containers) -> None:
    script = "touch /home/app/x 2>&1; touch /scratch/x && echo written"
    scratch = [{"sourceVolume": "scratch", "containerPath": "/scratch"}]
    read_only = containers.shell(script, readonlyRootFilesystem=True, mountPoints=scratch)
    output = containers.outputs(volumes=[{"name": "scratch"}], readonly=read_only)["readonly"]
    assert output == "touch: /home/app/x: Read-only file system\nwritten"


def test_exit_code_and_times_of_a_task_on_its_own(containers: Containers, kubectl: Kubectl) -> None:
    record = containers.run(containers.shell("echo done; sleep 1; exit 3"))
    assert container_of(record)["exitCode"] == 3
    assert record["stopCode"] == "EssentialContainerExited"
    assert record["stoppedReason"] == "Essential container in task exited"
    assert record["createdAt"] <= record["startedAt"] < record["stoppedAt"]
    assert ecs.status(kubectl.get("ecstask", "web"))["exitCode"] == 3
    assert containers.output(record["kubernetes"]["podName"]) == "done"


def test_tags_are_pulled_anew_and_digests_once(containers: Containers, kubectl: Kubectl) -> None:
    by_tag = containers.shell("sleep 600", name="tagged")
    by_digest = containers.shell("sleep 600", name="pinned") | {"image": containers.node.image_by_digest("busybox")}
    pod = containers.serve(by_tag, by_digest)
    policies = {each["name"]: each["imagePullPolicy"] for each in pod["spec"]["containers"]}
    assert policies == {"tagged": "Always", "pinned": "IfNotPresent"}

    def pulled() -> bool:
        notes = ecs.event_notes(kubectl, "Pod", pod["metadata"]["name"], "Pulled")
        assert any("Successfully pulled" in note for note in notes), notes
        return True

    wait_for(pulled, 20, "the Event of a pull")


def test_service_serves_http(containers: Containers, operator: OperatorProcess) -> None:  # noqa: ARG001 -- runs
    script = "mkdir /tmp/w; hostname > /tmp/w/index.html; exec httpd -f -p 8080 -h /tmp/w"
    ports: list[Document] = [{"containerPort": 8080}]
    containers.serve(containers.shell(script, portMappings=ports), desired=2)
    pods = ecs.pods(containers.kubectl, service="web")
    pages = {containers.fetch(pod, 8080) for pod in pods}
    assert pages == {pod["metadata"]["name"] for pod in pods}
