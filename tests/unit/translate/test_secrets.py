"""References to secrets, credentials and environment files, and what the account's maps make of them."""

from typing import Any

import pytest

from kubecs.translate.environment import env
from kubecs.translate.environmentfiles import env_from
from kubecs.translate.images import image_pull_secrets
from kubecs.translate.initialization import ResourceInitializationError
from kubecs.translate.maps import NO_MAPS, EnvironmentSource, Maps, PullSecrets, SecretSource
from kubecs.translate.secrets import SecretReference, parse_reference, secret_key
from tests.unit.translate.documents import container, parsed, task

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/token"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ARN, SecretReference(ARN)),
        (f"{ARN}:password::", SecretReference(ARN, "password")),
        (f"{ARN}:password:AWSPREVIOUS:", SecretReference(ARN, "password", "AWSPREVIOUS")),
        (f"{ARN}:::0123", SecretReference(ARN, "", "", "0123")),
        (PARAMETER, SecretReference(PARAMETER)),
        ("/shop/token", SecretReference("/shop/token")),
        ("name:with:colons", SecretReference("name:with:colons")),
    ],
)
def test_references(text: str, expected: SecretReference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    ("entry", "text", "key"),
    [
        (SecretSource(ARN, "db"), ARN, "value"),
        (SecretSource(ARN, "db"), f"{ARN}:password::", "password"),
        (SecretSource(ARN, "db", key="pw"), f"{ARN}:password::", "pw"),
        (SecretSource(ARN, "db", json_key="user"), f"{ARN}:password::", None),
        (SecretSource(ARN, "db", json_key="user"), f"{ARN}:user::", "user"),
        (SecretSource("arn:aws:secretsmanager:*:secret:shop/*", "db"), ARN, "value"),
        (SecretSource(ARN, "db"), f"{ARN}:user:AWSCURRENT:", "user"),
        (SecretSource(ARN, "db"), f"{ARN}:user:AWSPREVIOUS:", None),
        (SecretSource(ARN, "db", version_stage="AWSPREVIOUS"), f"{ARN}:user:AWSPREVIOUS:", "user"),
        (SecretSource(ARN, "db"), f"{ARN}:user::0123", None),
        (SecretSource(ARN, "db", version_id="0123"), f"{ARN}:user::0123", "user"),
        (SecretSource(PARAMETER, "token"), "/shop/token", "value"),
        (SecretSource("/shop/token", "token"), PARAMETER, "value"),
        (SecretSource("shop/token", "token"), "/shop/token", "value"),
        (SecretSource("/shop/*", "token"), ARN, None),
        (SecretSource("/shop/*", "token"), "/other", None),
        (SecretSource(ARN, "db"), f"{ARN}:no key::", None),
    ],
)
def test_entries(entry: SecretSource, text: str, key: str | None) -> None:
    found = secret_key(text, Maps(secrets=(entry,)))
    assert (found.key if found else None) == key


def test_the_very_text_wins_over_what_fits() -> None:
    maps = Maps(secrets=(SecretSource("/shop/*", "all"), SecretSource("/shop/token", "one")))
    found = secret_key("/shop/token", maps)
    assert found is not None
    assert found.name == "one"


def test_a_variable_of_a_secret_takes_the_place_of_a_plain_one() -> None:
    given = parsed(
        environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        secrets=[{"name": "A", "valueFrom": "/a"}],
    )
    assert env(given, Maps(secrets=(SecretSource("/a", "a", "k"),))) == [
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "a", "key": "k"}}},
        {"name": "B", "value": "2"},
    ]


@pytest.mark.parametrize(
    ("members", "path", "message"),
    [
        (
            {"secrets": [{"name": "TOKEN", "valueFrom": "/lost"}]},
            "containerDefinitions[web].secrets[TOKEN].valueFrom",
            "unable to pull secrets or registry auth: no entry of ECSAccount spec.secrets is for /lost",
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::a/b.env"}]},
            "containerDefinitions[web].environmentFiles",
            "failed to download env files: no entry of ECSAccount spec.environmentFiles is for arn:aws:s3:::a/b.env",
        ),
        (
            {"repositoryCredentials": {"credentialsParameter": "hub"}},
            "containerDefinitions[web].repositoryCredentials.credentialsParameter",
            "unable to pull secrets or registry auth: no entry of ECSAccount spec.pullSecrets is for hub",
        ),
    ],
)
def test_what_the_maps_lack_is_never_left_out(members: dict[str, Any], path: str, message: str) -> None:
    document = task(container(**members))
    (definition,) = document.container_definitions
    with pytest.raises(ResourceInitializationError) as refused:
        (env(definition, NO_MAPS), env_from(definition, document, NO_MAPS), image_pull_secrets(document, NO_MAPS))
    assert (refused.value.code, refused.value.path, refused.value.message) == (
        "ResourceInitializationError",
        path,
        message,
    )


def test_the_earlier_file_wins() -> None:
    files = [{"type": "s3", "value": "arn:aws:s3:::a/1.env"}, {"type": "s3", "value": "arn:aws:s3:::a/2.env"}]
    maps = Maps(
        environment_files=(
            EnvironmentSource("arn:aws:s3:::a/1.env", config_map="one"),
            EnvironmentSource("arn:aws:s3:::a/*", secret="two"),
        )
    )
    assert env_from(parsed(environmentFiles=files), task(), maps) == [
        {"secretRef": {"name": "two"}},
        {"configMapRef": {"name": "one"}},
    ]


@pytest.mark.parametrize(
    ("entry", "role", "expected"),
    [
        ("pull", "pull", ["one"]),
        ("pull", "arn:aws:iam::123456789012:role/team/pull", ["one"]),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/team/pull", ["one"]),
        ("other", "arn:aws:iam::123456789012:role/team/pull", []),
    ],
)
def test_pull_secrets_of_an_execution_role(entry: str, role: str, expected: list[str]) -> None:
    maps = Maps(pull_secrets=(PullSecrets(entry, ("one",)),))
    assert [each["name"] for each in image_pull_secrets(task(executionRoleArn=role), maps)] == expected
