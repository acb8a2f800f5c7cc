"""What the ECS agent sets: nothing before something answers there."""

from kubecs.translate.agentenvironment import AgentEndpoint
from kubecs.translate.pod import pod_template
from tests.unit.translate.documents import container, context, task

AGENT = AgentEndpoint("http://ecs-metadata.kubecs-system")


def test_nothing_is_set_while_nothing_answers() -> None:
    (made,) = pod_template(task(), context(), standalone=False)["spec"]["containers"]
    assert "env" not in made


def test_each_container_asks_about_itself() -> None:
    own = [{"name": "AWS_REGION", "value": "mine"}, {"name": "A", "value": "1"}]
    document = task(container(environment=own), container(name="Side_Car"))
    surroundings = context(agent=AGENT, launch_type="FARGATE")
    first, second = pod_template(document, surroundings, standalone=False)["spec"]["containers"]
    names = [each["name"] for each in first["env"]]
    assert names[0] == "KUBECS_POD_UID"  # what follows refers to it
    assert names[-2:] == ["AWS_REGION", "A"]
    assert len(set(names)) == len(names)
    values = {each["name"]: each.get("value") for each in second["env"]}
    assert values["ECS_CONTAINER_METADATA_URI_V4"] == (
        f"http://ecs-metadata.kubecs-system/v4/$(KUBECS_POD_UID)-{second['name']}"
    )
    assert (values["AWS_EXECUTION_ENV"], values["AWS_REGION"]) == ("AWS_ECS_FARGATE", "eu-west-1")
