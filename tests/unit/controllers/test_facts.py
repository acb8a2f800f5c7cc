"""What is kept of objects beside their bytes."""

from kubecs.controllers.facts import held_service, node_status, number_in_use
from tests.unit.controllers.objects import obj, service


def test_a_service_that_nobody_has_looked_at_yet() -> None:
    facts = held_service(service(desiredCount=3)).facts
    assert (facts.desired, facts.running, facts.pending) == (3, 0, 0)
    assert (facts.cluster, facts.service, facts.task_definition) == ("default", "web", "")
    assert (facts.generation, facts.observed_generation) == (1, -1)
    assert dict(facts.deployments) == dict(facts.conditions) == {}


def test_the_figures_of_a_service() -> None:
    arn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7"
    status = {
        "taskDefinition": arn,
        "runningCount": 2,
        "pendingCount": 1,
        "observedGeneration": 1,
        "deployments": [{"status": "PRIMARY"}, {"status": "ACTIVE"}, {"status": "ACTIVE"}],
        "conditions": [{"type": "Ready", "status": "False"}, {"type": "Reconciling", "status": "True"}],
    }
    held = held_service(service(cluster="arn:aws:ecs:eu-central-1:111122223333:cluster/shop") | {"status": status})
    assert (held.name, held.task_definition_arn) == ("web", arn)
    facts = held.facts
    assert (facts.cluster, facts.task_definition, facts.running, facts.pending) == ("shop", "web:7", 2, 1)
    assert dict(facts.deployments) == {"PRIMARY": 1, "ACTIVE": 2}
    assert facts.conditions == {"Ready": "False", "Reconciling": "True"}


def test_the_launch_type_is_the_services_own_or_its_capacity_providers() -> None:
    spot = [{"capacityProvider": "FARGATE_SPOT"}]
    assert held_service(service()).facts.launch_type == "EC2"
    assert held_service(service(launchType="FARGATE")).facts.launch_type == "FARGATE"
    assert held_service(service(capacityProviderStrategy=spot)).facts.launch_type == "FARGATE"


def test_the_number_that_a_service_revision_runs() -> None:
    data = {"taskDefinition": "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:12"}
    assert number_in_use(obj("ControllerRevision", "r", data=data)) == 12


def test_a_cordoned_node_is_draining() -> None:
    assert node_status(obj("Node", "n", spec={"unschedulable": True})) == "DRAINING"
    assert node_status(obj("Node", "n", spec={})) == "ACTIVE"
