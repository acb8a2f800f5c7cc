"""The log router of a task: its configuration, and how it reaches it."""

from typing import Any

import pytest

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import labels
from kubecs.translate.firelens import firelens_annotations, firelens_env, firelens_findings, firelens_mounts
from kubecs.translate.initialization import ResourceInitializationError
from kubecs.translate.maps import NO_MAPS, EnvironmentSource, Maps, SecretSource
from kubecs.translate.pod import pod_template
from tests.unit.translate.documents import container, context, task

LOGS = Maps(secrets=(SecretSource("/key", "logs", "key"),), node_logs=True)


def routed(kind: str = "fluentbit", own: dict[str, str] | None = None, **logging: Any) -> RegisterTaskDefinitionRequest:
    """A container that logs to a router, and the router."""
    to_router = {"logDriver": "awsfirelens", "options": {"Name": "null"}} | logging
    firelens = {"type": kind} | ({"options": own} if own else {})
    return task(container(logConfiguration=to_router), container(name="router", firelensConfiguration=firelens))


def config(document: RegisterTaskDefinitionRequest, maps: Maps = NO_MAPS) -> str:
    return firelens_annotations(document, maps, "shop", "web:3")[labels.FIRELENS]


def test_fluent_bit() -> None:
    assert config(routed()) == (
        "[INPUT]\n    Name forward\n    Listen 127.0.0.1\n    Port 24224\n"
        "[INPUT]\n    Name tcp\n    Listen 127.0.0.1\n    Port 8877\n    Tag firelens-healthcheck\n"
        "[FILTER]\n    Name record_modifier\n    Match *\n"
        "    Record ecs_cluster shop\n    Record ecs_task_definition web:3\n"
        "[OUTPUT]\n    Name null\n    Match firelens-healthcheck\n"
        "[OUTPUT]\n    Name null\n    Match web-firelens*\n"
    )


def test_the_records_of_a_health_check_go_nowhere_and_leave_the_users_outputs_to_the_user() -> None:
    lines = config(routed(own={"config-file-value": "/extra.conf", "config-file-type": "file"})).splitlines()
    assert lines.index("@INCLUDE /extra.conf") < lines.index("    Match firelens-healthcheck")
    assert "8877" not in config(routed("fluentd"))


def test_fluentd() -> None:
    document = routed("fluentd", {"enable-ecs-log-metadata": "false"}, options={"path": "/x", "@type": "file"})
    assert config(document) == (
        "<source>\n  @type forward\n  bind 127.0.0.1\n  port 24224\n</source>\n"
        "<match web-firelens**>\n  @type file\n  path /x\n</match>\n"
    )


@pytest.mark.parametrize("kind", ["fluentbit", "fluentd"])
def test_output_of_siblings_is_read_where_that_is_allowed(kind: str) -> None:
    assert "/kubecs/logs/web/*.log" in config(routed(kind), LOGS)
    assert "/kubecs/logs" not in config(routed(kind))
    assert [each.condition for each in firelens_findings(routed(kind), NO_MAPS)] == ["FirelensStdoutNotRouted"]
    assert list(firelens_findings(routed(kind), LOGS)) == []
    _, router = routed(kind).container_definitions
    logs = firelens_mounts(router, LOGS)[1]
    fields = [each["name"] for each in firelens_env(router, routed(kind), LOGS)]
    assert logs["subPathExpr"] == "_".join(f"$({name})" for name in fields)


def test_the_users_file_is_included_from_the_image_alone() -> None:
    place = {"config-file-value": "/extra.conf", "config-file-type": "file"}
    assert "\n@INCLUDE /extra.conf\n" in config(routed(own=place))
    assert "\n@include /extra.conf\n" in config(routed("fluentd", place))
    in_s3 = routed(own=place | {"config-file-type": "s3"})
    assert "extra" not in config(in_s3)
    assert "FirelensConfigNotIncluded" in {each.condition for each in firelens_findings(in_s3, LOGS)}


@pytest.mark.parametrize(("kind", "path"), [("fluentbit", "/fluent-bit/etc"), ("fluentd", "/fluentd/etc")])
def test_the_users_file_in_s3_is_mounted_where_the_account_has_it(kind: str, path: str) -> None:
    arn = "arn:aws:s3:::shop/extra.conf"
    maps = Maps(environment_files=(EnvironmentSource(arn, config_map="logs", key="extra"),), node_logs=True)
    document = routed(kind, {"config-file-value": arn, "config-file-type": "s3"})
    assert f"include {path}/external.conf\n" in config(document, maps).lower()
    spec = pod_template(document, context(maps=maps), standalone=False)["spec"]
    (router,) = (each for each in spec["initContainers"] if each["name"] == "router")
    (mount,) = (each for each in router["volumeMounts"] if each["mountPath"] == f"{path}/external.conf")
    (volume,) = (each for each in spec["volumes"] if each["name"] == mount["name"])
    items = [{"key": "extra", "path": mount["subPath"]}]
    assert volume["projected"]["sources"] == [{"configMap": {"name": "logs", "items": items, "optional": False}}]
    assert list(firelens_findings(document, maps)) == []


def test_secrets_are_the_routers_variables() -> None:
    document = routed(secretOptions=[{"name": "apikey", "valueFrom": "/key"}])
    sender, router = document.container_definitions
    assert "    apikey ${apikey_0}\n" in config(document, LOGS)
    assert firelens_env(router, document, LOGS)[-1] == {
        "name": "apikey_0",
        "valueFrom": {"secretKeyRef": {"name": "logs", "key": "key"}},
    }
    assert [each["name"] for each in firelens_env(sender, document, LOGS)] == ["FLUENT_HOST", "FLUENT_PORT"]
    with pytest.raises(ResourceInitializationError, match="/key"):
        firelens_env(router, document, NO_MAPS)


def test_an_option_cannot_add_lines() -> None:
    document = routed(options={"Name": "http", "Header": "a\n[OUTPUT]\n    Name file"})
    assert config(document).count("[OUTPUT]\n") == 2  # the container's, and that of the health check


def test_nobody_but_the_router_decides_whose_logs_it_reads() -> None:
    forged = [{"name": "KUBECS_POD_UID", "value": "another"}]
    document = task(
        container(logConfiguration={"logDriver": "awsfirelens"}),
        container(name="router", firelensConfiguration={"type": "fluentbit"}, environment=forged),
    )
    template = pod_template(document, context(maps=LOGS), standalone=False)
    made = [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]
    router = next(each for each in made if each["name"] == "router")
    (own,) = (each for each in router["env"] if each["name"] == "KUBECS_POD_UID")
    assert own["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.uid"


def test_without_a_router_there_is_nothing() -> None:
    document = task(container(logConfiguration={"logDriver": "awsfirelens"}))
    assert firelens_annotations(document, LOGS, "shop", "web:3") == {}
    assert firelens_env(document.container_definitions[0], document, LOGS) == []
