"""Values: what is printed is read back, what ECS refuses is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.ecs import values
from kubecs.ecs.errors import ClientException, InvalidParameterException
from kubecs.ecs.values import AccountId, Arn, CpuUnits, MiB, PortRange, TaskDefinitionReference

ACCOUNT = AccountId("111122223333", "eu-west-1")

names = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=255)
regions = st.sampled_from(["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
accounts = st.builds(
    lambda number, region: AccountId(f"{number:012d}", region, values.partition_of_region(region)),
    st.integers(0, 10**12 - 1),
    regions,
)
ports = st.integers(1, values.MAX_PORT)


@given(accounts, names)
def test_a_cluster_arn_is_read_back(account: AccountId, cluster: str) -> None:
    text = values.cluster_arn(account, cluster)
    assert str(Arn.parse(text)) == text
    assert values.cluster_from_reference(text) == cluster
    assert values.cluster_from_reference(cluster) == cluster


@given(accounts, names, st.integers(1, 10**9))
def test_a_task_definition_arn_is_read_back(account: AccountId, family: str, revision: int) -> None:
    reference = TaskDefinitionReference(family, revision)
    assert values.parse_task_definition_reference(values.task_definition_arn(account, family, revision)) == reference
    assert values.parse_task_definition_reference(str(reference)) == reference
    assert values.parse_task_definition_reference(family) == TaskDefinitionReference(family)


@given(ports, ports)
def test_a_port_range_is_read_back(one: int, other: int) -> None:
    ports = PortRange(min(one, other), max(one, other))
    assert PortRange.parse(str(ports)) == ports


@given(st.integers(1, 10**9 - 1))
def test_sizes_are_read_back(number: int) -> None:
    assert values.parse_cpu(values.cpu_text(CpuUnits(number))) == number
    assert values.parse_memory(values.memory_text(MiB(number))) == number


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_a_known_error(text: str) -> None:
    try:
        reference = values.parse_task_definition_reference(text)
    except (ClientException, InvalidParameterException):
        return
    assert reference.family in text


@pytest.mark.parametrize(
    ("text", "units"),
    [("256", 256), ("1 vCPU", 1024), (".25 vCPU", 256), ("0.5 vcpu", 512), ("2VCPU", 2048), ("0.3 vCPU", 307)],
)
def test_cpu(text: str, units: int) -> None:
    assert values.parse_cpu(text) == units


@pytest.mark.parametrize(("text", "mebibytes"), [("512", 512), ("2 GB", 2048), ("0.5GB", 512), ("2 gb", 2048)])
def test_memory(text: str, mebibytes: int) -> None:
    assert values.parse_memory(text) == mebibytes


@pytest.mark.parametrize("text", ["", "0", "0.5", "-1", "1 GB", "vCPU", " vCPU", "1 core", "1e3", "٣", "0.0001 vCPU"])
def test_no_cpu(text: str) -> None:
    with pytest.raises(ClientException, match="Invalid 'cpu' setting") as caught:
        values.parse_cpu(text)
    assert caught.value.path == "cpu"


@pytest.mark.parametrize("text", ["", "0", "1 vCPU", "1.5", "GB", "512 MiB"])
def test_no_memory(text: str) -> None:
    with pytest.raises(ClientException, match="Invalid 'memory' setting"):
        values.parse_memory(text)


@pytest.mark.parametrize("text", ["", "80", "0-80", "90-80", "80-65536", "a-b", "1-2-3"])
def test_no_port_range(text: str) -> None:
    with pytest.raises(ClientException, match="Invalid port range"):
        PortRange.parse(text)


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:ecs", "arn:aws:ecs:r:1", "x:aws:ecs:r:1:y", "arn::ecs:r:1:y"])
def test_no_arn(text: str) -> None:
    with pytest.raises(InvalidParameterException, match="Unexpected number of separators"):
        Arn.parse(text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("web:", ClientException),
        ("web:0", ClientException),
        ("web:latest", ClientException),
        ("we b", ClientException),
        ("", ClientException),
        ("arn:aws:ecs:r:1:cluster/web", InvalidParameterException),
        ("arn:aws:sns:r:1:task-definition/web:1", InvalidParameterException),
        ("arn:aws:ecs", InvalidParameterException),
    ],
)
def test_no_task_definition(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        values.parse_task_definition_reference(text)


@pytest.mark.parametrize("text", ["", "a/b", "a b", "x" * 256, "arn:aws:ecs:r:1:service/a/b"])
def test_no_cluster(text: str) -> None:
    with pytest.raises(InvalidParameterException):
        values.cluster_from_reference(text)


def test_no_cluster_reference_means_default() -> None:
    assert values.cluster_from_reference(None) == "default"


def test_arns_have_the_long_form() -> None:
    task = "0123456789abcdef0123456789abcdef"
    prefix = "arn:aws:ecs:eu-west-1:111122223333:"
    assert values.service_arn(ACCOUNT, "prod", "web") == f"{prefix}service/prod/web"
    assert values.task_arn(ACCOUNT, "prod", task) == f"{prefix}task/prod/{task}"
    assert values.container_arn(ACCOUNT, "prod", task, "c-1") == f"{prefix}container/prod/{task}/c-1"
    assert values.service_revision_arn(ACCOUNT, "prod", "web", 7) == f"{prefix}service-revision/prod/web/7"
    assert values.service_deployment_arn(ACCOUNT, "prod", "web", "x") == f"{prefix}service-deployment/prod/web/x"


def test_an_arn_knows_its_resource() -> None:
    arn = Arn.parse("arn:aws:ecs:eu-west-1:111122223333:service/prod/web")
    assert (arn.resource_type, arn.resource_id) == ("service", "prod/web")
    secret = Arn.parse("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:user::")
    assert (secret.service, secret.resource) == ("secretsmanager", "secret:db-AbCdEf:user::")


@given(st.integers(0, 4 * 10**12), st.integers(1, 10**9))
def test_newer_deployments_have_smaller_ids_of_one_length(epoch_ms: int, later: int) -> None:
    older, newer = values.deployment_id(epoch_ms), values.deployment_id(epoch_ms + later)
    assert newer < older
    assert len(newer) == len(older) == len("ecs-svc/") + 19
    assert values.deployment_started_ms(older) == epoch_ms


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("0123456789abcdef0123456789abcdef", True),
        ("01234567-89ab-cdef-0123-456789abcdef", True),
        ("0123456789ABCDEF0123456789abcdef", False),
        ("0123", False),
    ],
)
def test_task_ids(text: str, valid: bool) -> None:
    assert values.is_task_id(text) is valid


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-isob-east-1", "aws-iso-b")],
)
def test_partitions(region: str, partition: str) -> None:
    assert values.partition_of_region(region) == partition


@given(st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=63))
def test_a_namespace_has_one_account(namespace: str) -> None:
    account = values.derived_account_id(namespace)
    assert len(account) == 12
    assert account.isdigit()
    assert account == values.derived_account_id(namespace)


def test_namespaces_have_different_accounts() -> None:
    assert len({values.derived_account_id(f"team-{n}") for n in range(1000)}) == 1000
