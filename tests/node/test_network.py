"""Ports of the node that lead to a task, and log routers: what goes between containers, and in from outside."""

from __future__ import annotations

import json
import urllib.request

import pytest

from kubecs.translate.names import container_name
from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tests.node.containers import Containers, Document
from tools.localnode.network import NODE_ADDRESS

pytestmark = pytest.mark.usefixtures("operator")

SERVES = "mkdir /tmp/w; echo hello > /tmp/w/index.html; exec httpd -f -p 8080 -h /tmp/w"

# A message of the forward protocol, [tag, time, record], in MessagePack: arrays, strings, a number, a map.
FORWARDED = r"\223\254app-firelens\001\201\243log\246direct"
# A container waits for the start of its router, not until that listens.
FORWARDS = f"until printf '{FORWARDED}' | nc $FLUENT_HOST $FLUENT_PORT; do sleep 0.1; done"


def _fetch(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/", timeout=2) as answer:
        text: str = answer.read().decode()
    return text.strip()


def _answers(address: str) -> bool:
    try:
        return _fetch(address) == "hello"
    except OSError:
        return False


def test_host_port_leads_to_the_container(containers: Containers) -> None:
    ports = [{"containerPort": 8080, "hostPort": 18080}]
    pod = containers.serve(containers.shell(SERVES, portMappings=ports), networkMode="bridge")
    wait_for(lambda: _answers(f"{NODE_ADDRESS}:18080"), 10)
    assert _answers(f"{pod['status']['podIP']}:8080")


def test_without_a_host_port_the_task_has_an_address_of_its_own(containers: Containers) -> None:
    for mode in ("bridge", "awsvpc"):
        pod = containers.serve(containers.shell(SERVES, portMappings=[{"containerPort": 8080}]), name=mode)
        wait_for(lambda pod=pod: _answers(f"{pod['status']['podIP']}:8080"), 10)
        assert not _answers(f"{NODE_ADDRESS}:8080")


def test_the_network_of_the_node(containers: Containers, kubectl: Kubectl) -> None:
    kubectl.apply(ecs.account(allow={"hostNetwork": True}))
    serves = SERVES.replace("8080", "18081")
    definition = containers.shell(serves, portMappings=[{"containerPort": 18081}])
    containers.serve(definition, networkMode="host")
    wait_for(lambda: _answers(f"{NODE_ADDRESS}:18081"), 10)


def _router(containers: Containers, **members: object) -> Document:
    router = containers.image("fluent-bit", essential=True, firelensConfiguration={"type": "fluentbit", **members})
    return router | {"name": "log_router"}


def _routed(containers: Containers, pod: Document) -> list[Document]:
    return [json.loads(line) for line in containers.output(pod, container_name("log_router")).splitlines()]


@pytest.mark.parametrize("reads_node_logs", [True, False])
def test_log_router_gets_what_is_forwarded_and_what_is_printed(
    containers: Containers, kubectl: Kubectl, *, reads_node_logs: bool
) -> None:
    kubectl.apply(ecs.account(allow={"hostVolumes": ["/var/log/pods"]} if reads_node_logs else {}))
    logging = {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch", "log_group_name": "shop"}}
    script = f"echo printed; {FORWARDS}; exec sleep 600"
    pod = containers.serve(containers.shell(script, logConfiguration=logging), _router(containers))

    def seen() -> list[Document]:
        found = _routed(containers, pod)
        assert len(found) >= (2 if reads_node_logs else 1), found
        return found

    routed = wait_for(seen, 20)
    records = {each["record"]["log"]: each for each in routed}
    assert set(records) == ({"direct", "printed"} if reads_node_logs else {"direct"})
    direct = records["direct"]
    assert direct["tag"] == "app-firelens"
    assert direct["record"] == {"log": "direct", "ecs_cluster": "default", "ecs_task_definition": "web:1"}
    assert direct["output"]["Name"] == "cloudwatch"
    assert direct["output"]["log_group_name"] == "shop"
    if reads_node_logs:
        assert records["printed"]["record"]["source"] == "stdout"
    findings = [each["reason"] for each in ecs.status(kubectl.get("ecstaskdefinitionrevision", "web.1"))["conditions"]]
    assert ("FirelensStdoutNotRouted" in findings) is not reads_node_logs


def test_secret_options_of_a_log_router(containers: Containers, kubectl: Kubectl) -> None:
    arn = f"arn:aws:secretsmanager:{ecs.REGION}:{ecs.ACCOUNT_ID}:secret:splunk"
    kubectl.apply(ecs.account(secrets=[{"from": arn, "secretName": "splunk"}]))
    kubectl("create", "secret", "generic", "splunk", "--from-literal=token=t0ken")
    secret = {"name": "splunk_token", "valueFrom": f"{arn}:token::"}
    logging = {"logDriver": "awsfirelens", "options": {"Name": "splunk"}, "secretOptions": [secret]}
    script = f"{FORWARDS}; exec sleep 600"
    pod = containers.serve(containers.shell(script, logConfiguration=logging), _router(containers))
    (routed,) = wait_for(lambda: _routed(containers, pod), 20)
    assert routed["output"]["splunk_token"] == "t0ken"
