"""Builders of task definitions for the tests of ECS's rules."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def container(name: str = "web", **members: Any) -> Document:
    return {"name": name, "image": "registry.example/web:1", "memory": 128} | members


def definition(*containers: Document, **members: Any) -> Document:
    return {"family": "web", "containerDefinitions": list(containers) or [container()]} | members


def fargate(*containers: Document, **members: Any) -> Document:
    size = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    return definition(*containers, **(size | members))


def ports(*mappings: Document) -> Document:
    return container(portMappings=list(mappings))


def waits(target: str, condition: str, name: str = "web", **members: Any) -> Document:
    return container(name, dependsOn=[{"containerName": target, "condition": condition}], **members)


def logs(driver: str, name: str = "web", secret: str | None = None, **options: str) -> Document:
    log: Document = {"logDriver": driver}
    if options:
        log["options"] = {f"awslogs-{option}": value for option, value in options.items()}
    if secret is not None:
        log["secretOptions"] = [{"name": "token", "valueFrom": secret}]
    return container(name, logConfiguration=log)


def router(name: str = "router") -> Document:
    return container(name, firelensConfiguration={"type": "fluentbit"})


def linux(**members: Any) -> Document:
    return container(linuxParameters=members)


def efs(**members: Any) -> Document:
    return definition(volumes=[{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"} | members}])


def proxied(name: str = "web", ingress: str | None = "15000", egress: str | None = "15001", **members: Any) -> Document:
    given = {"ProxyIngressPort": ingress, "ProxyEgressPort": egress}
    properties = [{"name": key, "value": value} for key, value in given.items() if value]
    proxy = {"type": "APPMESH", "containerName": name, "properties": properties}
    return definition(**({"networkMode": "awsvpc", "proxyConfiguration": proxy} | members))


def tagged(*keys: str) -> Document:
    return definition(tags=[{"key": key, "value": ""} for key in keys])


def mounted(volume: str = "v") -> Document:
    return container(mountPoints=[{"sourceVolume": volume, "containerPath": "/v"}])


FIRST = "containerDefinitions[0]"
SECOND = "containerDefinitions[1]"
REGION = {"region": "eu-west-1"}
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
S3_FILE = {"type": "s3", "value": "arn:aws:s3:::bucket/some.env"}
