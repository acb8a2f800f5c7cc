"""Secrets that External Secrets fetches: which store, which reference, which names."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kubecs.plan.accountmaps import maps_of
from kubecs.translate.companions import companions
from kubecs.translate.environment import env
from kubecs.translate.externalsecrets import external_secrets
from kubecs.translate.images import image_pull_secrets
from kubecs.translate.initialization import ResourceInitializationError
from kubecs.translate.maps import Maps, PullSecrets, Served, for_role
from kubecs.translate.pod import pod_template
from kubecs.translate.secrets import secret_key
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, task

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/token"
VERSION = "11111111-2222-3333-4444-555555555555"
STORES = [
    {"from": "arn:aws:secretsmanager:*", "name": "manager"},
    {"from": "*", "name": "parameters", "kind": "ClusterSecretStore", "refreshInterval": "1h"},
]
OWNER = {"apiVersion": "kubecs.dev/v1alpha1", "kind": "ECSService", "name": "web", "uid": "u", "controller": True}


def maps(stores: list[dict[str, Any]] | None = None, installed: str = "external-secrets.io/v1", **spec: Any) -> Maps:
    found = maps_of({"secretStores": STORES if stores is None else stores, **spec}, node_logs=False)
    return Maps(
        secrets=found.secrets, secret_stores=found.secret_stores, served=Served(installed), scope="default-web-1"
    )


def needing(*value_froms: str, **members: Any) -> Any:
    secrets = [{"name": f"S{index}", "valueFrom": each} for index, each in enumerate(value_froms)]
    return task({"secrets": secrets}, **members)


@pytest.mark.parametrize(
    ("value_from", "store", "remote"),
    [
        (SECRET, "manager", {"key": SECRET}),
        (f"{SECRET}:password::", "manager", {"key": SECRET, "property": "password"}),
        (f"{SECRET}::AWSCURRENT:", "manager", {"key": SECRET}),
        (f"{SECRET}::AWSPREVIOUS:", "manager", {"key": SECRET, "version": "AWSPREVIOUS"}),
        (f"{SECRET}:a.b::{VERSION}", "manager", {"key": SECRET, "property": "a.b", "version": f"uuid/{VERSION}"}),
        (PARAMETER, "parameters", {"key": PARAMETER}),
        ("/shop/token", "parameters", {"key": "/shop/token"}),
        ("token", "parameters", {"key": "token"}),
    ],
)
def test_a_reference_is_an_external_secret(value_from: str, store: str, remote: dict[str, str]) -> None:
    (made,) = external_secrets(needing(value_from), maps(), "shop", OWNER)
    assert (made["apiVersion"], made["kind"]) == ("external-secrets.io/v1", "ExternalSecret")
    assert made["metadata"]["ownerReferences"] == [OWNER]
    assert made["spec"]["secretStoreRef"]["name"] == store
    assert made["spec"]["data"] == [{"secretKey": "value", "remoteRef": remote}]
    (variable,) = env(needing(value_from).container_definitions[0], maps())
    assert variable["valueFrom"]["secretKeyRef"] == {"name": made["spec"]["target"]["name"], "key": "value"}


def test_the_store_says_its_kind_and_how_often_it_is_asked() -> None:
    first, second = external_secrets(needing(SECRET, "/shop/token"), maps(), "shop", OWNER)
    assert (first["spec"]["secretStoreRef"]["kind"], first["spec"]["refreshInterval"]) == ("SecretStore", "5m")
    assert (second["spec"]["secretStoreRef"]["kind"], second["spec"]["refreshInterval"]) == ("ClusterSecretStore", "1h")


def test_one_reference_is_one_object_however_often_it_is_used() -> None:
    made = external_secrets(needing(SECRET, SECRET, f"{SECRET}:password::"), maps(), "shop", OWNER)
    assert len({each["metadata"]["name"] for each in made}) == len(made) == 2
    assert all(each["metadata"]["name"].startswith("default-web-1-") for each in made)


def test_an_entry_of_its_own_goes_before_a_store() -> None:
    mapped = maps(secrets=[{"from": SECRET, "secretName": "db"}])
    key = secret_key(SECRET, mapped)
    assert key is not None
    assert key.name == "db"
    assert external_secrets(needing(SECRET), mapped, "shop", OWNER) == []


@pytest.mark.parametrize("without", [maps(installed=""), maps(stores=[]), maps(stores=[STORES[1]])])
def test_without_a_store_the_task_does_not_start_and_nothing_is_made(without: Maps) -> None:
    document = needing(SECRET)
    assert companions(document, without, "shop", OWNER) == []
    assert [each.condition for each in findings(document, without)] == ["SecretNotMapped"]
    with pytest.raises(ResourceInitializationError, match="unable to pull secrets or registry auth"):
        env(document.container_definitions[0], without)


@pytest.mark.parametrize(("role", "store"), [("shop-exec", "shop"), ("arn:aws:iam::1:role/x/shop-exec", "shop")])
def test_the_execution_role_chooses_the_store(role: str, store: str) -> None:
    stores = [{"from": "*", "name": "shop", "executionRole": "shop-*"}, {"from": "*", "name": "any"}]
    (made,) = companions(needing("token", executionRoleArn=role), maps(stores), "shop", OWNER)
    assert made["spec"]["secretStoreRef"]["name"] == store
    (other,) = companions(needing("token", executionRoleArn="other"), maps(stores), "shop", OWNER)
    assert other["spec"]["secretStoreRef"]["name"] == "any"
    assert for_role(maps(stores), None).secret_stores == maps(stores).secret_stores[1:]


def test_options_of_log_drivers_are_fetched_where_something_serves_the_driver() -> None:
    logging = {"logDriver": "splunk", "secretOptions": [{"name": "splunk-token", "valueFrom": "token"}]}
    document = task({"logConfiguration": logging})
    assert external_secrets(document, maps(), "shop", OWNER) == []
    served = maps_of({"secretStores": STORES, "logDrivers": [{"from": "splunk"}]}, node_logs=False, served=Served("v"))
    assert len(external_secrets(document, served, "shop", OWNER)) == 1


@pytest.mark.parametrize(
    ("image", "registry"),
    [("shop/web:1", "https://index.docker.io/v1/"), ("registry.example:5000/web", "registry.example:5000")],
)
def test_credentials_of_a_registry_become_a_secret_to_pull_with(image: str, registry: str) -> None:
    document = task(container(image=image, repositoryCredentials={"credentialsParameter": SECRET}))
    (made,) = external_secrets(document, maps(), "shop", OWNER)
    template = made["spec"]["target"]["template"]
    assert template["type"] == "kubernetes.io/dockerconfigjson"
    text = template["data"][".dockerconfigjson"]
    filled = text.replace("{{ .username | toJson }}", '"me"').replace("{{ .password | toJson }}", '"p\\"w"')
    assert json.loads(filled) == {"auths": {registry: {"username": "me", "password": 'p"w'}}}
    assert [each["remoteRef"]["property"] for each in made["spec"]["data"]] == ["username", "password"]
    spec = pod_template(document, context(maps=maps()), standalone=False)["spec"]
    assert spec["imagePullSecrets"] == [{"name": made["metadata"]["name"]}]
    assert findings(document, maps()) == ()


def test_credentials_with_an_entry_are_not_fetched() -> None:
    document = task(container(repositoryCredentials={"credentialsParameter": SECRET}))
    mapped = replace(maps(), pull_secrets=(PullSecrets(SECRET, ("hub",)),))
    assert external_secrets(document, mapped, "shop", OWNER) == []
    assert image_pull_secrets(document, mapped) == [{"name": "hub"}]
