"""ECSTasks that a CEL rule refuses."""

from __future__ import annotations

from tests.cluster.crd_cases import PLACED, TAG_CASES, Case, strategy
from tests.cluster.crd_documents import task

TASK_MEMBERS = {
    "capacityProviderStrategy": strategy({"weight": 1}),
    "cluster": "c",
    "count": 1,
    "enableECSManagedTags": True,
    "enableExecuteCommand": True,
    "group": "g",
    "launchType": "EC2",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
    "overrides": {"cpu": "256"},
    "placementConstraints": [{"type": "distinctInstance"}],
    "placementStrategy": [{"type": "random"}],
    "platformVersion": "LATEST",
    "propagateTags": "NONE",
    "startedBy": "me",
    "tags": [{"key": "k", "value": "v"}],
    "taskDefinition": "other",
    "volumeConfigurations": [{"name": "v"}],
}
FIXED_TASK = "can't be changed: a task is run once, as it was asked for"

TASKS = [
    *(Case(task(tags=tags), "spec.tags", says) for tags, says in TAG_CASES),
    *(Case(task(**members), field, says, rule) for members, field, says, rule in PLACED),
    *(Case(task(**{name: value}), f"spec.{name}", FIXED_TASK, "", task()) for name, value in TASK_MEMBERS.items()),
    Case(
        task(cluster="c.d"),
        "spec.cluster",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was c.d",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ),
    Case(task(count=2), "spec.count", "an ECSTask is one task: count can only be 1"),
    Case(task(propagateTags="SERVICE"), "spec.propagateTags", "propagateTags SERVICE needs a service."),
    Case(
        task(overrides={"containerOverrides": [{"cpu": 1}]}),
        "spec.overrides.containerOverrides[0].name",
        "Container override name cannot be empty.",
    ),
]
