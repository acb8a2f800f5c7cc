import pytest

from kubecs.ecs.values import derived_account_id
from kubecs.plan.account import Account, account_of

ROLE = "arn:aws:iam::111122223333:role/team/web"


def account(allow=None, roles=None, **spec) -> Account:
    given = {"accountId": "111122223333", "region": "eu-west-1"} | spec
    return account_of({"spec": given | {"allow": allow or {}, "roles": roles or []}}, "shop", "us-east-1")


def test_without_an_object_the_id_comes_from_the_namespace() -> None:
    found = account_of(None, "shop", "cn-north-1")
    assert found.id.account_id == derived_account_id("shop")
    assert (found.id.region, found.id.partition) == ("cn-north-1", "aws-cn")
    assert found.roles is None


def test_the_object_wins_over_the_settings() -> None:
    assert account().id.account_id == "111122223333"
    assert account().id.region == "eu-west-1"


@pytest.mark.parametrize(
    ("entry", "role", "meant"),
    [
        ("web", "web", True),
        ("web", ROLE, True),
        (ROLE, ROLE, True),
        (ROLE, "web", True),
        ("arn:aws:iam::999999999999:role/web", "web", False),
        ("arn:aws:iam::111122223333:role/other/web", ROLE, True),  # names are unique in an account, whatever the path
        ("worker", ROLE, False),
        ("arn:x", ROLE, False),  # stored before the schema refused it
        ("arn:x", "web", False),
        (ROLE, "arn:x", False),
    ],
)
def test_roles_are_found_by_name_or_arn(entry, role, meant) -> None:
    found = account(roles=[{"role": entry, "roleRefs": [{"kind": "Role", "name": "reader"}]}]).grant(role)
    assert (found is not None) is meant
    allowed = account(allow={"roles": [entry]}).role_refusal("taskRoleArn", role)
    assert (allowed is None) is meant


def test_the_exact_entry_wins() -> None:
    found = account(roles=[{"role": "web"}, {"role": ROLE, "serviceAccountAnnotations": {"a": "b"}}]).grant(ROLE)
    assert found is not None
    assert found.role == ROLE
    assert found.annotations == {"a": "b"}


def test_any_role_is_allowed_where_no_list_is_given_and_none_where_it_is_empty() -> None:
    assert account().role_refusal("taskRoleArn", "web") is None
    assert account(allow={"roles": []}).role_refusal("taskRoleArn", None) is None
    refusal = account(allow={"roles": []}).role_refusal("taskRoleArn", "web")
    assert refusal is not None
    assert "taskRoleArn" in refusal.message
    assert "spec.allow.roles" in refusal.message


@pytest.mark.parametrize(
    ("need", "allow"),
    [
        ("privileged", {"privileged": True}),
        ("hostNetwork", {"hostNetwork": True}),
        ("hostVolumes:/var/log", {"hostVolumes": ["/var/log"]}),
        ("hostVolumes:/var/log/app/", {"hostVolumes": ["/var/log/"]}),
        ("hostVolumes:/data", {"hostVolumes": ["/"]}),
    ],
)
def test_restricted_uses_are_refused_until_allowed(need, allow) -> None:
    (refusal,) = account().refusals([("volumes[logs].host.sourcePath", need)])
    assert refusal.path == "volumes[logs].host.sourcePath"
    assert refusal.message.startswith("volumes[logs].host.sourcePath: ")
    assert f"spec.allow.{next(iter(allow))}" in refusal.message
    assert account(allow=allow).refusals([("volumes[logs].host.sourcePath", need)]) == ()


@pytest.mark.parametrize("path", ["/var/logs", "/var/log/../../etc", "/var", "/etc"])
def test_a_volume_outside_the_listed_directories_is_refused(path) -> None:
    assert account(allow={"hostVolumes": ["/var/log"]}).refusals([("p", f"hostVolumes:{path}")])


@pytest.mark.parametrize(("settings", "kept"), [([], True), (["enabled"], True), (["disabled"], False)])
def test_the_last_lines_are_kept_unless_a_setting_forbids_it(settings, kept) -> None:
    entries = [{"name": "containerInsights", "value": "disabled"}]
    entries += [{"name": "kubecs.dev/lastLogs", "value": value} for value in settings]
    assert account_of({"spec": {"settings": entries}}, "shop", "eu-west-1").keep_logs is kept


def test_an_unknown_need_is_an_error() -> None:
    with pytest.raises(ValueError, match="gpu"):
        account().refusals([("p", "gpu")])
