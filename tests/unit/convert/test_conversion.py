"""Whole conversions: what is written, what is refused, and what the report says."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from kubecs.convert import conversion
from kubecs.convert.conversion import Options, Source, convert
from kubecs.convert.found import REFUSED, Given, Remark
from kubecs.convert.trial import Trial
from kubecs.crds.kinds import kinds
from kubecs.translate.names import service_object_name
from tests.unit.convert.documents import CONTAINER, converted, described, manifests, service, spec, task_definition
from tests.unit.plan.schemas import problems

ROLE = "arn:aws:iam::123456789012:role/web"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"
KEEP = Options(keep_revisions=True)
PLAIN = Options(kubernetes=True)


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["metadata"]["name"] for each in found]


def test_task_definition_and_service() -> None:
    outcome = converted(task_definition(), service(cluster="arn:aws:ecs:eu-west-1:123456789012:cluster/Shop"))
    found = manifests(outcome)
    assert list(found) == ["ECSAccount", "ECSTaskDefinition", "ECSService"]
    assert spec(outcome, "ECSTaskDefinition") == task_definition()
    assert spec(outcome, "ECSService") == service(cluster="Shop")
    assert names(found["ECSService"]) == [service_object_name("Shop", "web")]
    assert spec(outcome, "ECSAccount") == {"accountId": "123456789012", "region": "eu-west-1"}
    assert not outcome.refused


def test_every_manifest_fits_its_schema() -> None:
    schemas = {kind.kind: kind.schema() for kind in kinds()}
    documents = [described(4, registeredAt=1700000000.5), service(taskDefinition="web:4"), {"clusterName": "Shop_1"}]
    for options in (Options(), KEEP, Options(namespace="team")):
        for each in yaml.safe_load_all(converted(*documents, options=options).output):
            if each:
                given = {**each, "metadata": {"name": each["metadata"]["name"]}}
                given = {name: value for name, value in given.items() if name not in ("apiVersion", "kind")}
                assert list(problems(given, schemas[each["kind"]])) == []
                assert each["metadata"].get("namespace") == options.namespace


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (task_definition(family="no spaces"), "refused      family: ClientException: "),
        (task_definition(colour="red"), "refused      colour: ClientException: Unknown member 'colour'."),
        ({"serviceName": "web"}, "refused      taskDefinition: "),
        (
            service(launchType="FARGATE", capacityProviderStrategy=[{"capacityProvider": "x"}]),
            "refused      launchType: ",
        ),
        (
            service(
                deploymentController={"type": "CODE_DEPLOY"},
                loadBalancers=[{"targetGroupArn": "arn:g", "containerName": "web", "containerPort": 80}],
            ),
            "DeploymentControllerNotAvailable",
        ),
        ({"clusterName": "not a name!"}, "refused      clusterName: "),
        ({"name": "left-pad"}, "refused      NotConverted: "),
    ],
)
def test_what_is_refused_is_not_written(document: Any, said: str) -> None:
    outcome = converted(document)
    assert outcome.refused
    assert said in outcome.report
    assert set(manifests(outcome)) <= {"ECSAccount"}


def test_malformed_files_do_not_keep_others_back() -> None:
    sources = [Source("a.json", b'{"family": }'), Source("b.json", b'{"clusterName": "shop"}')]
    outcome = convert(sources, Options())
    assert outcome.refused
    assert "a.json\n  refused      Malformed: line 1, column 12: " in outcome.report
    assert "0 without ECS resources, 1 unreadable" in outcome.report
    assert names(manifests(outcome)["ECSCluster"]) == ["shop"]


def test_a_directory_may_hold_other_things() -> None:
    other = Source("d/package.json", b'{"name": "left-pad"}', within="d")
    outcome = convert([other, Source("d/shop.yaml", b"clusterName: shop", within="d")], Options())
    assert not outcome.refused
    assert "d/package.json\n  note         NotConverted: no form of ECS resource that is known\n" in outcome.report
    assert "1 without ECS resources, 0 unreadable" in outcome.report


def test_a_directory_without_ecs_resources_is_refused() -> None:
    other = Source("d/package.json", b'{"name": "left-pad"}', within="d")
    outcome = convert([other, Source("shop.yaml", b"clusterName: shop")], Options())
    assert outcome.refused
    assert "d\n  refused      NotConverted: no ECS task definition, service or cluster in its files\n" in outcome.report
    assert "ECSCluster" in manifests(outcome)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf", b"null", b"{}", b"[]", b"3"])
@pytest.mark.parametrize("name", ["-", "a.json", "a.yaml"])
def test_a_file_without_ecs_resources_is_refused(name: str, content: bytes) -> None:
    outcome = convert([Source(name, content)], Options())
    assert outcome.refused
    assert f"{name}\n  refused      NotConverted: " in outcome.report
    assert "1 without ECS resources, 0 unreadable" in outcome.report
    assert outcome.output == ""


@pytest.mark.parametrize("leaf", ["null", '"x"'])
@pytest.mark.parametrize(("opening", "closing"), [('{"a": ', "}"), ("[", "]"), ('{"Fn::Join": ["", [', "]]}")])
@pytest.mark.parametrize("depth", [250, 330, 1000, 30000])
def test_deep_nesting_brings_nothing_down(depth: int, opening: str, closing: str, leaf: str) -> None:
    value = opening * depth + leaf + closing * depth
    for text in (
        f'{{"family": "web", "containerDefinitions": {value}}}',
        f'{{"Family": {value}, "ContainerDefinitions": []}}',
        value,
    ):
        outcome = convert([Source("a.json", text.encode()), Source("b.json", b'{"clusterName": "shop"}')], Options())
        assert outcome.refused
        assert "a.json" in outcome.report
        assert names(manifests(outcome)["ECSCluster"]) == ["shop"]


def test_comments_are_no_document() -> None:
    outcome = convert([Source("a.yaml", b"# nothing\n---\n---\n")], Options())
    assert outcome.refused
    assert "a.yaml\n  refused      NotConverted: there is no JSON or YAML document in it\n" in outcome.report


def test_a_file_of_several_documents_holds_some_that_are_none() -> None:
    outcome = convert([Source("a.yaml", b"clusterName: shop\n---\nname: left-pad\n---\n")], Options())
    assert not outcome.refused
    assert "a.yaml: 2\n  note         NotConverted: " in outcome.report
    assert "1 without ECS resources" in outcome.report
    assert convert([Source("a.yaml", b"name: left-pad\n---\nname: right-pad\n")], Options()).refused


def test_empty_enums_are_left_out_with_a_note() -> None:
    container = {
        **CONTAINER,
        "versionConsistency": "",
        "hostname": "x",
        "portMappings": [{"containerPort": 1, "protocol": ""}],
    }
    outcome = converted(task_definition(pidMode="", ipcMode="none", containerDefinitions=[container]))
    found = spec(outcome, "ECSTaskDefinition")
    assert found["containerDefinitions"] == [{**CONTAINER, "hostname": "x", "portMappings": [{"containerPort": 1}]}]
    assert "pidMode" not in found
    for path in (
        "pidMode",
        "containerDefinitions[0].versionConsistency",
        "containerDefinitions[0].portMappings[0].protocol",
    ):
        assert f"note         {path}: EmptyEnum: " in outcome.report


def test_revisions_start_again() -> None:
    outcome = converted(described(3), described(5, cpu="256"), service(taskDefinition="web:5"))
    assert spec(outcome, "ECSTaskDefinition") == task_definition(cpu="256")
    assert spec(outcome, "ECSService")["taskDefinition"] == "web"
    assert "note         OlderRevision: revision 5 is newer" in outcome.report
    assert "RevisionDropped: web:5 becomes web" in outcome.report


def test_a_service_that_ran_an_older_revision_is_told() -> None:
    outcome = converted(described(3), described(5, cpu="256"), service(taskDefinition="web:3"))
    assert "condition    taskDefinition: RevisionMoved: it ran web:3 and will run web:5" in outcome.report


def test_revisions_are_kept_on_request() -> None:
    inactive = described(3, status="INACTIVE", deregisteredAt="2026-01-02T03:04:05+01:00", tags=[{"key": "a"}])
    arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:5"
    outcome = converted(inactive, described(5, cpu="256"), service(taskDefinition=arn), options=KEEP)
    older, newer = manifests(outcome)["ECSTaskDefinitionRevision"]
    assert (older["metadata"]["name"], newer["metadata"]["name"]) == ("web.3", "web.5")
    assert newer["metadata"]["labels"]["kubecs.dev/revision"] == "5"
    assert older["spec"] == {
        "taskDefinition": task_definition(),
        "revision": 3,
        "lifecycle": "INACTIVE",
        "deregisteredAt": "2026-01-02T02:04:05Z",
        "tags": [{"key": "a"}],
        "origin": {"kind": "Endpoint"},
    }
    assert spec(outcome, "ECSService")["taskDefinition"] == "web:5"
    assert "RevisionMoved" not in outcome.report


def test_a_document_without_a_number_becomes_the_family_even_so() -> None:
    assert spec(converted(task_definition(), options=KEEP), "ECSTaskDefinition") == task_definition()


def test_the_same_twice_is_written_once_and_another_is_refused() -> None:
    same = converted(task_definition(), task_definition())
    assert len(manifests(same)["ECSTaskDefinition"]) == 1
    assert not same.refused
    assert "Duplicate: the same as in 0.json; written once" in same.report
    other = converted(task_definition(), task_definition(cpu="256"))
    assert other.refused
    assert "refused      Duplicate: 0.json has it too, and differs" in other.report
    assert converted(service(), service(desiredCount=3)).refused


def test_a_service_definition_of_a_deploy_tool() -> None:
    nameless = {"desiredCount": 1, "deploymentConfiguration": {"maximumPercent": 200}}
    outcome = converted(task_definition(), nameless, service_name="api", cluster="shop")
    assert spec(outcome, "ECSService") == {
        **nameless,
        "serviceName": "api",
        "cluster": "shop",
        "taskDefinition": "web",
    }
    assert "note         taskDefinition: Assumed: " in outcome.report
    refused = converted(task_definition(), nameless)
    assert refused.refused
    assert "--service-name gives one" in refused.report


def test_the_skeleton_names_everything_outside() -> None:
    container = {
        **CONTAINER,
        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
        "secrets": [{"name": "DB", "valueFrom": SECRET}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "/web", "awslogs-region": "eu-west-1"},
        },
        "privileged": True,
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::shop/envs/web.env"}],
    }
    hidden = [f"{SECRET}:password::", f"{SECRET}::AWSPREVIOUS:", "/shop/web/token"]
    second = {
        **CONTAINER,
        "name": "second",
        "secrets": [{"name": f"S{index}", "valueFrom": each} for index, each in enumerate(hidden)],
        "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:eu-west-1:1:secret:hub-a1b2c3"},
    }
    documents = [
        task_definition(
            containerDefinitions=[container, second],
            taskRoleArn=ROLE,
            executionRoleArn="arn:aws:iam::123456789012:role/exec",
            networkMode="awsvpc",
            volumes=[{"name": "data", "host": {"sourcePath": "/data"}}],
        ),
        service(
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
            loadBalancers=[{"targetGroupArn": "arn:tg", "containerName": "web", "containerPort": 80}],
            serviceRegistries=[{"registryArn": "arn:sr"}],
        ),
    ]
    text = converted(*documents).output.partition("\n---\napiVersion: kubecs.dev/v1alpha1\nkind: ECST")[0]
    made = yaml.safe_load(text)["spec"]
    assert made["roles"] == [{"role": ROLE, "roleRefs": []}]
    assert made["pullSecrets"] == [
        {"from": "arn:aws:iam::123456789012:role/exec", "secretNames": ["exec"]},
        {"from": "arn:aws:secretsmanager:eu-west-1:1:secret:hub-a1b2c3", "secretNames": ["hub"]},
    ]
    assert made["secrets"] == [
        {"from": SECRET, "secretName": "db"},
        {"from": SECRET, "secretName": "db", "versionStage": "AWSPREVIOUS"},
        {"from": "/shop/web/token", "secretName": "shop-web-token"},
    ]
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert made["targetGroups"] == [{"from": "arn:tg", "to": "ClusterIP"}]
    assert made["serviceRegistries"] == [{"from": "arn:sr", "to": "Headless"}]
    assert made["registries"] == [{"from": registry, "to": registry}]
    assert made["subnets"] == [{"from": "subnet-1", "zones": []}]
    assert made["logGroups"] == [{"from": "/web", "to": "/web"}]
    assert made["environmentFiles"] == [
        {
            "from": "arn:aws:s3:::shop/envs/web.env",
            "configMapName": made["environmentFiles"][0]["configMapName"],
            "key": "web.env",
        }
    ]
    assert made["environmentFiles"][0]["configMapName"].startswith("shop-envs-web-env")
    for line in (
        "# execution roles seen:\n#   arn:aws:iam::123456789012:role/exec  (web)",
        f"# secrets seen:\n#   {SECRET}  (web)",
        "# target groups seen:\n#   arn:tg  (default/web)",
        "# subnets seen:\n#   subnet-1  (default/web)",
        "# service registries seen:\n#   arn:sr  (default/web)",
        "# image registries seen:\n#   123456789012.dkr.ecr.eu-west-1.amazonaws.com  (web)",
        "# log groups seen:\n#   /web  (web)",
        "#   privileged: true  (web)",
        '#   hostVolumes: ["/data"]  (web)',
    ):
        assert line in text


def test_the_estate() -> None:
    documents = [
        task_definition(),
        task_definition(family="mapped", taskRoleArn=ROLE),
        task_definition(family="bad", cpu="a lot"),
        task_definition(family="idle"),
        service(),
        service(serviceName="mapped", taskDefinition="mapped"),
        service(serviceName="bad", taskDefinition="bad"),
        service(serviceName="away", taskDefinition="elsewhere:2", cluster="shop"),
    ]
    rows = {line.split()[0] + line.split()[1]: line for line in converted(*documents).report.splitlines() if line}
    assert rows["default/webweb"].split(maxsplit=2)[2] == "runs as it is  0"
    assert "needs" in rows["default/mappedmapped"]
    assert rows["default/mappedmapped"].endswith(f"role {ROLE}")
    assert "blocked" in rows["default/badbad"]
    assert "its task definition bad is refused: cpu: Invalid 'cpu' setting for task." in rows["default/badbad"]
    assert rows["shop/awayelsewhere:2"].endswith("task definition elsewhere:2, cluster shop")
    assert "runs as it is" in rows["-idle"]
    assert rows["taskdefinition"].split() == ["task", "definition", "4", "3", "0", "1"]


def test_an_account_that_is_given_holds() -> None:
    manifest = {"kind": "ECSAccount", "spec": {"roles": [{"role": ROLE, "roleRefs": []}]}}
    documents = [task_definition(taskRoleArn=ROLE, networkMode="host"), service()]
    outcome = converted(*documents, options=Options(account=manifest))
    assert outcome.refused
    assert "NotAllowed: networkMode: the network of the node is not allowed here" in outcome.report
    assert "ECSAccount" not in manifests(outcome)
    manifest["spec"]["allow"] = {"hostNetwork": True}  # type: ignore[index] # a literal of objects
    allowed = converted(*documents, options=Options(account=manifest))
    assert not allowed.refused
    assert "RoleNotMapped" not in allowed.report


def test_plain_kubernetes_objects() -> None:
    documents = [task_definition(taskRoleArn=ROLE), service(cluster="shop"), task_definition(family="idle")]
    outcome = converted(*documents, options=replace(PLAIN, namespace="team"))
    found = manifests(outcome)
    assert set(found) == {"ServiceAccount", "Deployment", "PodDisruptionBudget", "PodTemplate"}
    assert spec(outcome, "PodDisruptionBudget")["minAvailable"] == "100%"
    assert spec(outcome, "Deployment")["replicas"] == 2
    assert names(found["ServiceAccount"]) == ["ecs-role-web", "ecs-default"]
    assert names(found["PodTemplate"]) == ["idle"]
    (template,) = found["PodTemplate"]
    assert template["template"]["spec"]["restartPolicy"] == "Never"
    assert "schedulingGates" not in template["template"]["spec"]
    for each in (each for group in found.values() for each in group):
        assert each["metadata"]["namespace"] == "team"
        assert "ownerReferences" not in each["metadata"]
    assert "app.kubernetes.io/managed-by" not in outcome.output
    assert "applied-hash" not in outcome.output
    assert converted(*documents, options=replace(PLAIN, namespace="team")) == outcome


def test_plain_objects_need_the_task_definition() -> None:
    outcome = converted(service(), options=PLAIN)
    assert outcome.refused
    assert outcome.output.strip() == ""
    assert "TaskDefinitionMissing" in outcome.report


@pytest.mark.parametrize("role", ["arn:aws:iam::${ACCOUNT}:role/web", "arn:aws:iam::ACCOUNT_ID:role/web", "$TASK_ROLE"])
def test_variables_of_templates_are_values_to_fill_in(role: str) -> None:
    documents = [task_definition(taskRoleArn=role), service()]
    outcome = converted(*documents)
    assert not outcome.refused
    assert "placeholder  taskRoleArn: " in outcome.report
    assert spec(outcome, "ECSTaskDefinition")["taskRoleArn"] == role
    assert converted(*documents, options=PLAIN).refused


def test_a_programs_own_variables_are_its_own() -> None:
    container = {
        **CONTAINER,
        "command": ["sh", "-c", "echo ${HOME} <b>"],
        "environment": [{"name": "A", "value": "{{x}}"}],
    }
    assert "placeholder" not in converted(task_definition(containerDefinitions=[container])).report


def test_account_and_region_can_be_given() -> None:
    options = Options(given=Given(account_id="000011112222", region="us-gov-west-1"))
    found = spec(converted(task_definition(taskRoleArn=ROLE), options=options), "ECSAccount")
    assert (found["accountId"], found["region"]) == ("000011112222", "us-gov-west-1")


def test_a_secret_that_is_not_mapped_yet_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "ResourceInitializationError: unable to pull secrets"
    refusal = Trial((), (Remark(REFUSED, "containerDefinitions[web].secrets", "ClientException", message),))
    monkeypatch.setattr(conversion, "try_task", lambda *_: refusal)
    outcome = converted(task_definition(), service())
    assert not outcome.refused
    assert (
        "condition    containerDefinitions[web].secrets: ClientException: ResourceInitializationError" in outcome.report
    )
    assert set(manifests(outcome)) == {"ECSAccount", "ECSTaskDefinition", "ECSService"}
    assert converted(task_definition(), options=PLAIN).refused


def test_secrets_of_an_account_with_a_store_are_fetched() -> None:
    manifest = {"kind": "ECSAccount", "spec": {"secretStores": [{"from": "arn:aws:secretsmanager:*", "name": "aws"}]}}
    container = {**CONTAINER, "secrets": [{"name": "DB", "valueFrom": SECRET}]}
    documents = [task_definition(containerDefinitions=[container]), service()]
    outcome = converted(*documents, options=replace(PLAIN, namespace="team", account=manifest))
    assert not outcome.refused, outcome.report
    (fetched,) = manifests(outcome)["ExternalSecret"]
    assert "ownerReferences" not in fetched["metadata"]
    variable = spec(outcome, "Deployment")["template"]["spec"]["containers"][0]["env"][-1]
    assert variable["valueFrom"]["secretKeyRef"]["name"] == fetched["metadata"]["name"]


def test_a_lone_task_definition_brings_what_stands_beside_its_pods() -> None:
    account = {
        "kind": "ECSAccount",
        "spec": {
            "secretStores": [{"from": "arn:aws:secretsmanager:*", "name": "aws"}],
            "volumeDrivers": [{"from": "local", "storageClassName": "standard"}],
        },
    }
    container = {
        **CONTAINER,
        "secrets": [{"name": "DB", "valueFrom": SECRET}],
        "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
    }
    shared = {"scope": "shared", "autoprovision": True, "driver": "local"}
    alone = task_definition(
        containerDefinitions=[container],
        networkMode="none",
        volumes=[{"name": "data", "dockerVolumeConfiguration": shared}],
    )
    outcome = converted(alone, options=replace(PLAIN, namespace="team", account=account))
    assert not outcome.refused, outcome.report
    found = manifests(outcome)
    beside = {"ServiceAccount", "NetworkPolicy", "PersistentVolumeClaim", "ExternalSecret"}
    assert set(found) == {*beside, "PodTemplate"}
    of_service = manifests(converted(alone, service(), options=replace(PLAIN, namespace="team", account=account)))
    assert beside <= set(of_service)
    (template,), (fetched,) = found["PodTemplate"], found["ExternalSecret"]
    variable = template["template"]["spec"]["containers"][0]["env"][-1]
    assert variable["valueFrom"]["secretKeyRef"]["name"] == fetched["metadata"]["name"]
    assert all("ownerReferences" not in each["metadata"] for kind in beside for each in found[kind])


HUB, FILE = SECRET.replace("db", "hub"), "arn:aws:s3:::shop/web.env"
NEEDY = task_definition(
    executionRoleArn="arn:aws:iam::123456789012:role/exec",
    networkMode="awsvpc",
    containerDefinitions=[
        {
            **CONTAINER,
            "portMappings": [{"containerPort": 80}],
            "secrets": [{"name": "DB", "valueFrom": SECRET}],
            "repositoryCredentials": {"credentialsParameter": HUB},
            "environmentFiles": [{"type": "s3", "value": FILE}],
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
        }
    ],
    volumes=[{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
)
NEEDY_SERVICE = service(
    networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    loadBalancers=[{"targetGroupArn": "arn:tg", "containerName": "web", "containerPort": 80}],
)
MAPS: dict[str, Any] = {
    "secrets": [{"from": SECRET, "secretName": "db"}],
    "pullSecrets": [{"from": "exec", "secretNames": ["a"]}, {"from": HUB, "secretNames": ["hub"]}],
    "environmentFiles": [{"from": "arn:aws:s3:::shop/*", "configMapName": "env"}],
    "fileSystems": [{"from": "fs-1", "persistentVolumeClaimName": "data"}],
    "subnets": [{"from": "subnet-1", "zones": ["a"]}],
    "targetGroups": [{"from": "arn:tg", "to": "none"}],
}


def test_what_the_account_maps_is_not_missing() -> None:
    documents = [NEEDY, NEEDY_SERVICE]
    account = {"kind": "ECSAccount", "spec": MAPS}
    report = converted(*documents, options=Options(account=account)).report
    assert "default/web  web              runs as it is  0" in report
    assert "condition " not in report
    assert "note         MappedToNone: the ECSAccount maps arn:tg to none: nothing is made for it" in report
    assert "MappedToNone" not in converted(*documents).report


@pytest.mark.parametrize(
    ("lacking", "condition", "need"),
    [
        ("secrets", "SecretNotMapped", f"secret {SECRET}"),
        ("pullSecrets", "SecretNotMapped", f"registry credential {HUB}"),
        ("environmentFiles", "EnvironmentFileNotMapped", f"environment file {FILE}"),
        ("fileSystems", "VolumeNotMapped", "file system fs-1"),
        ("subnets", "SubnetsNotApplied", ""),
        ("targetGroups", "TargetGroupNotMapped", "target group arn:tg"),
    ],
)
def test_what_the_account_does_not_map_is_missing_once(lacking: str, condition: str, need: str) -> None:
    rest = {name: entries for name, entries in MAPS.items() if name != lacking}
    account = {"kind": "ECSAccount", "spec": rest}
    report = converted(NEEDY, NEEDY_SERVICE, options=Options(account=account)).report
    (row,) = (line for line in report.splitlines() if line.startswith("default/web"))
    assert row.endswith(need)
    conditions = [line for line in report.splitlines() if line.startswith("  condition ")]
    assert len(conditions) == (2 if lacking == "pullSecrets" else 1), report  # the role's and the parameter's
    assert condition in conditions[-1]


def test_a_secret_is_counted_once() -> None:
    container = {**CONTAINER, "secrets": [{"name": "DB", "valueFrom": SECRET}]}
    report = converted(task_definition(containerDefinitions=[container]), service()).report
    assert report.count("no entry") == 1
    assert f"needs    1           secret {SECRET}" in report
    refused = converted(task_definition(containerDefinitions=[container]), options=PLAIN)
    assert refused.refused
    assert "\n  condition " not in refused.report


def test_a_store_for_another_role_has_not_the_secret() -> None:
    store = {"from": "arn:aws:secretsmanager:*", "name": "aws", "executionRole": "other"}
    container = {**CONTAINER, "secrets": [{"name": "DB", "valueFrom": SECRET}]}
    documents = [task_definition(containerDefinitions=[container], executionRoleArn="exec"), service()]
    for role, verdict in (("other", "needs"), ("exec", "runs as it is")):
        account = {"kind": "ECSAccount", "spec": {"secretStores": [store | {"executionRole": role}]}}
        report = converted(*documents, options=Options(account=account)).report
        assert any(line.startswith("default/web") and verdict in line for line in report.splitlines())
