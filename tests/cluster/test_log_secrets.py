"""No value of a secret or an environment variable is ever logged, said in an Event, or written into a status."""

from __future__ import annotations

import json

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

SECRET, VALUE, REFUSED = "s3cr3t-0f-th3-shop", "env1ronment-0f-th3-shop", "r3fused-0f-th3-shop"
ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db"
ENDS = ecs.kwok(exit_codes=json.dumps({"app": 3}), exit_after="100ms")


def test_a_whole_run_at_every_level_says_no_value(kubectl: Kubectl, operator: OperatorProcess) -> None:
    operator.terminate()
    operator.start("--log-level=DEBUG", "--log-format=json", "--missing-grace-seconds=1", "--failed-start-seconds=1")
    held = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"password": SECRET}}
    account = ecs.account(secrets=[{"from": ARN, "secretName": "db", "key": "password"}])
    needy = ecs.container(
        environment=[{"name": "TOKEN", "value": VALUE}], secrets=[{"name": "PASSWORD", "valueFrom": ARN}]
    )
    bad = ecs.container(environment=[{"name": "TOKEN", "value": REFUSED}], dependsOn=[{"containerName": "none"}])
    kubectl.apply([held, account, ecs.task_definition("web", needy), ecs.service("web", 2)])
    kubectl.apply([ecs.service("missing", taskDefinition="nowhere"), ecs.task(annotations=ENDS)])
    kubectl(
        "apply",
        "--server-side",
        "--validate=false",
        "-f",
        "-",
        check=False,
        input=json.dumps(ecs.task_definition("bad", bad)),
    )
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(ecs.task_definition("web", needy | {"image": "registry.example/app:2"}))
    wait_for(lambda: kubectl.find("ecstaskdefinitionrevision", "web.2"), 20, "the next revision")
    ecs.wait_ready(kubectl, "ecsservice", "web")
    fails = {"podAnnotations": ecs.kwok(waiting="ErrImagePull")}
    kubectl.patch("ecsservice", "web", {"spec": {"kubernetes": fails}})
    wait_for(lambda: kubectl.list("ecstaskrecord"), 30, "records of tasks that failed")
    wait_for(lambda: ecs.states(kubectl.get("ecsservice", "missing")).startswith("Stalled"), 20, "Stalled")

    said = operator.log
    assert said.count('"level"') > 20
    assert '"level":"debug"' in said
    statuses = [
        ecs.status(each) for kind in ("ecsservice", "ecstask", "ecstaskdefinition") for each in kubectl.list(kind)
    ]
    told = {
        "log": said,
        "events": json.dumps([each.get("message") for each in kubectl.list("event")]),
        "statuses": json.dumps(statuses),
        "records": json.dumps(kubectl.list("ecstaskrecord")),
        "metrics": operator.metrics(),
    }
    for where, text in told.items():
        for planted in (SECRET, VALUE, REFUSED):
            assert planted not in text, where
    operator.terminate()
