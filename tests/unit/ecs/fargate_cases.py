"""Task definitions that ECS refuses on Fargate."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import (
    FIRST,
    REGION,
    WINDOWS,
    Document,
    container,
    fargate,
    linux,
    logs,
    mounted,
)


def _fargate_sizes() -> Iterator[Case]:
    only = "Fargate only supports network mode 'awsvpc'."
    yield Case("Fargate tasks use awsvpc", fargate(networkMode="bridge"), "networkMode", only)
    both = fargate(requiresCompatibilities=["EC2", "FARGATE"], networkMode="host")
    yield Case("Fargate tasks use awsvpc", both, "networkMode", only)
    for member in ("cpu", "memory"):
        document = {name: value for name, value in fargate().items() if name != member}
        words = f"Fargate requires that '{member}' be defined at the task level."
        yield Case("Fargate tasks have a size", document, member, words)
    rule, message = "the size is one that Fargate sells", "No Fargate configuration exists for given values."
    for cpu, memory, path in (
        ("256", "600", "memory"),
        ("256", "4096", "memory"),
        ("300", "512", "cpu"),
        ("1 vCPU", "1 GB", "memory"),
        ("8192", "17408", "memory"),
    ):
        yield Case(rule, fargate(cpu=cpu, memory=memory), path, message)
    windows = fargate(runtimePlatform=WINDOWS, cpu="512", memory="1024")
    yield Case("Windows needs a whole virtual CPU", windows, "cpu", message)


def _fargate_values() -> Iterator[Case]:
    rule, words = "the agent has a role for what it does", "Fargate requires task definition to have execution role ARN"
    in_ecr = container(image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1")
    with_secret = container(secrets=[{"name": "A", "valueFrom": "a"}])
    for made, member, what in (
        (logs("awslogs", group="g", **REGION, **{"stream-prefix": "p"}), "logConfiguration", "log driver awslogs"),
        (in_ecr, "image", "ECR images"),
        (with_secret, "secrets", "secrets"),
        (logs("splunk", secret="s"), "logConfiguration.secretOptions", "secrets"),
    ):
        yield Case(rule, fargate(made), f"{FIRST}.{member}", f"{words} to support {what}.")
    yield Case(
        "containers stop soon enough",
        fargate(container(stopTimeout=121)),
        f"{FIRST}.stopTimeout",
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    )
    yield Case(
        "nothing is privileged",
        fargate(container(privileged=True)),
        f"{FIRST}.privileged",
        "Fargate requires that the 'privileged' setting be 'false'.",
    )
    yield Case(
        "logs go where Fargate sends them",
        fargate(logs("json-file")),
        f"{FIRST}.logConfiguration.logDriver",
        "json-file is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
    )
    yield Case(
        "capabilities are Fargate's",
        fargate(linux(capabilities={"add": ["SYS_PTRACE", "NET_ADMIN"]})),
        f"{FIRST}.linuxParameters.capabilities.add[1]",
        "NET_ADMIN is not allowed on Fargate.",
    )
    loose = fargate(mounted(), volumes=[{"name": "v"}, {"name": "w"}, {"name": "x"}])
    yield Case("volumes are mounted", loose, "volumes", "Volumes [w, x] are not referenced by any of the containers")
    yield Case(
        "processes are the task's own",
        fargate(pidMode="host"),
        "pidMode",
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    )
    yield Case(
        "AWS chooses where to run",
        fargate(placementConstraints=[{"type": "memberOf", "expression": "attribute:x == y"}]),
        "placementConstraints",
        "Fargate compatible task definitions do not support constraints",
    )


def _not_on_fargate() -> Iterator[Case]:
    def case(words: str, document: Document, path: str) -> Case:
        return Case(f"Fargate has no {words}", document, path, f"do not support {words}.")

    yield case("devices", fargate(linux(devices=[{"hostPath": "/dev/x"}])), f"{FIRST}.linuxParameters.devices")
    for member in ("sharedMemorySize", "maxSwap", "swappiness"):
        yield case(member, fargate(linux(**{member: 1})), f"{FIRST}.linuxParameters.{member}")
    options = fargate(container(dockerSecurityOptions=["no-new-privileges"]))
    yield case("dockerSecurityOptions", options, f"{FIRST}.dockerSecurityOptions")
    gpu = fargate(container(resourceRequirements=[{"type": "GPU", "value": "1"}]))
    yield case("GPU resource requirements", gpu, f"{FIRST}.resourceRequirements")
    docker = fargate(mounted(), volumes=[{"name": "v", "dockerVolumeConfiguration": {"scope": "task"}}])
    yield case("dockerVolumeConfiguration", docker, "volumes[0].dockerVolumeConfiguration")
    host = fargate(mounted(), volumes=[{"name": "v", "host": {"sourcePath": "/x"}}])
    yield case("the host path of a volume", host, "volumes[0].host.sourcePath")
    yield case("ipcMode", fargate(ipcMode="task"), "ipcMode")


CASES: tuple[Case, ...] = (*_fargate_sizes(), *_fargate_values(), *_not_on_fargate())
