"""CloudFormation's spelling and functions."""

from typing import Any

import pytest

from kubecs.convert.found import Given, Remark
from kubecs.convert.intrinsics import evaluate, template_of
from kubecs.convert.respelling import ABSENT, Partial, Unknown
from tests.unit.convert.documents import converted, manifests, members, spec

READ_LATER = {
    "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/image"},
    "Subnets": {"Type": "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>", "Default": "/shop/subnets"},
    "Listed": {"Type": "CommaDelimitedList", "Default": "a, b"},
}
IMAGE = Unknown("Image", "Ref Image, the value of SSM parameter /shop/image,")
SUBNETS = Unknown("Subnets", "Ref Subnets, the value of SSM parameter /shop/subnets,")
TOKEN = Unknown("ssm:/token:1", "{{resolve:ssm:/token:1}}")
FOUND_LATER = Unknown("Sizes.PLACEHOLDER_Open.cpu", "Fn::FindInMap Sizes Ref Open cpu")
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Tag": {"Type": "String", "Default": "4"}, "Open": {"Type": "String"}, **READ_LATER},
    "Mappings": {"Sizes": {"prod": {"cpu": "512"}}},
    "Conditions": {
        "IsFour": {"Fn::Equals": [{"Ref": "Tag"}, 4]},
        "IsOpen": {"Fn::Equals": [{"Ref": "Open"}, "yes"]},
        "NotFour": {"Fn::Not": [{"Condition": "IsFour"}]},
        "Both": {"Fn::And": [{"Condition": "IsOpen"}, {"Condition": "NotFour"}]},
        "Either": {"Fn::Or": [{"Condition": "IsOpen"}, {"Condition": "IsFour"}]},
        "Open": {"Fn::Or": [{"Condition": "IsOpen"}, {"Condition": "NotFour"}]},
        "Round": {"Fn::Not": [{"Condition": "Round"}]},
        "IsImage": {"Fn::Equals": [{"Ref": "Image"}, "/shop/image"]},
        "IsToken": {"Fn::Equals": ["{{resolve:ssm:/token:1}}", "x"]},
        "China": {"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws-cn"]},
    },
    "Resources": {
        "Web": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "shop-web"}},
        "Made": {"Type": "AWS::ECS::Cluster", "Properties": {}},
    },
}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("text", "text"),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"Ref": "Tag"}, "4"),
        ({"Ref": "Open"}, Unknown("Open", "Ref Open")),
        ({"Ref": "Web"}, "shop-web"),
        ({"Ref": "Made"}, "Made"),
        ({"Ref": "AWS::NoValue"}, ABSENT),
        ({"Ref": "AWS::Region"}, "cn-north-1"),
        ({"Ref": "AWS::Partition"}, "aws-cn"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com.cn"),
        ({"Fn::GetAtt": ["Made", "Arn"]}, "Made"),
        ({"Fn::GetAtt": "Role.Arn"}, Unknown("Role.Arn", "Fn::GetAtt Role.Arn")),
        ({"Fn::Sub": "a:${Tag}-${!raw}"}, "a:4-${raw}"),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "Tag"}}]}, "4"),
        ({"Fn::Sub": "${Role.Arn}"}, Unknown("Role.Arn", "Fn::GetAtt Role.Arn")),
        ({"Fn::Sub": "a/${Open}"}, Partial("a/PLACEHOLDER_Open", (Unknown("Open", "Ref Open"),))),
        ({"Fn::Join": ["-", ["a", {"Ref": "Tag"}]]}, "a-4"),
        ({"Fn::FindInMap": ["Sizes", "prod", "cpu"]}, "512"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::ImportValue": "net"}, Unknown("net", "Fn::ImportValue net")),
        ({"Fn::If": ["Prod", 1, 2]}, Unknown("If.Prod", "Fn::If Prod")),
        ({"Fn::If": ["IsFour", {"Ref": "Tag"}, 2]}, "4"),
        ({"Fn::If": ["NotFour", 1, {"Ref": "AWS::NoValue"}]}, ABSENT),
        ({"Fn::If": ["IsOpen", 1, 2]}, Unknown("If.IsOpen", "Fn::If IsOpen")),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::If": ["Open", 1, 2]}, Unknown("If.Open", "Fn::If Open")),
        ({"Fn::If": ["Round", 1, 2]}, Unknown("If.Round", "Fn::If Round")),
        ({"Fn::If": ["China", 1, 2]}, 1),
        ({"Fn::If": ["IsFour", 1]}, Unknown("If.IsFour", "Fn::If IsFour")),
        ({"Fn::If": ["IsImage", 1, 2]}, Unknown("If.IsImage", "Fn::If IsImage")),
        ({"Fn::If": ["IsToken", 1, 2]}, Unknown("If.IsToken", "Fn::If IsToken")),
        ({"Ref": "Image"}, IMAGE),
        ({"Ref": "Subnets"}, SUBNETS),
        ({"Fn::Sub": "x/${Image}"}, Partial("x/PLACEHOLDER_Image", (IMAGE,))),
        ({"Fn::Select": [0, {"Ref": "Subnets"}]}, Unknown("Select.0 Ref Subnets", "Fn::Select 0 Ref Subnets")),
        ({"Ref": "Listed"}, ["a", "b"]),
        ({"Fn::Join": ["-", {"Ref": "Listed"}]}, "a-b"),
        ({"Fn::Select": [1, {"Ref": "Listed"}]}, "b"),
        ("{{resolve:ssm:/token:1}}", TOKEN),
        ("a-{{resolve:ssm:/token:1}}", Partial("a-PLACEHOLDER_ssm_token_1", (TOKEN,))),
        ({"Fn::Sub": "${Tag}{{resolve:ssm:/token:1}}"}, Partial("4PLACEHOLDER_ssm_token_1", (TOKEN,))),
        ({"Fn::Sub": "{{resolve:ssm:/token:${Tag}}}"}, Unknown("ssm:/token:4", "{{resolve:ssm:/token:4}}")),
        (
            {"Fn::Sub": "${Open}{{resolve:ssm:/token:1}}"},
            Partial("PLACEHOLDER_OpenPLACEHOLDER_ssm_token_1", (Unknown("Open", "Ref Open"), TOKEN)),
        ),
        ({"Fn::Join": ["-", ["a", "{{resolve:ssm:/token:1}}"]]}, Partial("a-PLACEHOLDER_ssm_token_1", (TOKEN,))),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "cpu"]}, FOUND_LATER),
        ({"Ref": "AWS::AccountId"}, Unknown("AWS::AccountId", "Ref AWS::AccountId")),
        ({"Fn::Base64": "x"}, Unknown("Base64.x", "Fn::Base64 x")),
    ],
)
def test_functions(raw: Any, value: Any) -> None:
    assert evaluate(template_of(TEMPLATE, Given(region="cn-north-1")), raw) == value


def test_given_parameters_win() -> None:
    template = template_of(TEMPLATE, Given(parameters={"Tag": "5", "Open": "x"}))
    assert evaluate(template, {"Fn::Sub": "${Tag}${Open}"}) == "5x"


def test_a_resource_whose_condition_does_not_hold_is_not_converted() -> None:
    named = {name: {"Type": "AWS::ECS::Cluster", "Condition": name} for name in ("IsFour", "NotFour", "IsOpen")}
    template = {**TEMPLATE, "Resources": named}
    made = manifests(converted(template))["ECSCluster"]
    assert {each["spec"]["clusterName"] for each in made} == {"IsFour", "IsOpen"}


def test_a_resource_whose_condition_is_open_is_converted_with_a_note() -> None:
    resources = {"Shop": {"Type": "AWS::ECS::Cluster", "Condition": "IsOpen"}}
    outcome = converted({**TEMPLATE, "Resources": resources})
    assert "note         ConditionOpen: converted as if condition IsOpen held" in outcome.report


def test_values_that_are_read_at_deployment_are_to_fill_in() -> None:
    container = {"Name": "web", "Image": {"Ref": "Image"}, "Memory": "{{resolve:ssm:/memory}}"}
    task = {"Family": "web", "Cpu": "256", "Memory": "512", "ContainerDefinitions": [container]}
    template = {**TEMPLATE, "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task}}}
    outcome = converted(template)
    (made,) = spec(outcome, "ECSTaskDefinition")["containerDefinitions"]
    assert made == {"name": "web", "image": "PLACEHOLDER_Image"}
    assert (
        "the value of SSM parameter /shop/image, is not known here; PLACEHOLDER_Image stands for it" in outcome.report
    )
    assert "{{resolve:ssm:/memory}} is not known here; the member is left out" in outcome.report
    given = converted(template, parameters={"Image": "nginx:1"})
    assert spec(given, "ECSTaskDefinition")["containerDefinitions"][0]["image"] == "nginx:1"


def test_properties_in_aws_spelling() -> None:
    properties = {
        "Family": "web",
        "Cpu": 256,
        "ContainerDefinitions": [
            {
                "Name": "web",
                "Image": "nginx",
                "Memory": "64",
                "ReadonlyRootFilesystem": "true",
                "Environment": [{"Name": "N", "Value": 1}, {"Name": "B", "Value": True}],
                "DockerLabels": {"Some.Key": "v"},
                "LogConfiguration": {"LogDriver": "json-file", "Options": {"max-size": "1m"}},
            }
        ],
        "Volumes": [
            {
                "Name": "data",
                "EFSVolumeConfiguration": {"FilesystemId": "fs-1", "AuthorizationConfig": {"IAM": "ENABLED"}},
            }
        ],
        "ProxyConfiguration": {
            "ContainerName": "web",
            "ProxyConfigurationProperties": [{"Name": "AppPorts", "Value": "80"}],
        },
    }
    found = members({"Type": "AWS::ECS::TaskDefinition", "Properties": properties})
    (container,) = found.pop("containerDefinitions")
    assert container == {
        "name": "web",
        "image": "nginx",
        "memory": 64,
        "readonlyRootFilesystem": True,
        "environment": [{"name": "N", "value": "1"}, {"name": "B", "value": "true"}],
        "dockerLabels": {"Some.Key": "v"},
        "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "1m"}},
    }
    efs = {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}
    assert found == {
        "family": "web",
        "cpu": "256",
        "volumes": [{"name": "data", "efsVolumeConfiguration": efs}],
        "proxyConfiguration": {"containerName": "web", "properties": [{"name": "AppPorts", "value": "80"}]},
    }


def test_a_template_whole() -> None:
    subnets = {"AwsvpcConfiguration": {"Subnets": {"Ref": "Subnets"}, "AssignPublicIp": {"Fn::If": ["P", "a", "b"]}}}
    template = {
        "Resources": {
            "Shop": {
                "Type": "AWS::ECS::Cluster",
                "Properties": {"ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}]},
            },
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "ContainerDefinitions": [{"Name": "web", "Image": "nginx", "Memory": 64}],
                    "NetworkMode": "awsvpc",
                },
            },
            "Web": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": {"Ref": "Shop"},
                    "TaskDefinition": {"Ref": "Task"},
                    "DesiredCount": {"Ref": "Count"},
                    "PlacementStrategies": [{"Type": "spread", "Field": "instanceId"}],
                    "NetworkConfiguration": subnets,
                    "ForceNewDeployment": {"EnableForceNewDeployment": True},
                },
            },
        }
    }
    outcome = converted(template)
    assert not outcome.refused
    assert spec(outcome, "ECSCluster") == {
        "clusterName": "Shop",
        "settings": [{"name": "containerInsights", "value": "enabled"}],
    }
    assert spec(outcome, "ECSService") == {
        "serviceName": "Web",
        "cluster": "Shop",
        "taskDefinition": "Task",
        "placementStrategy": [{"type": "spread", "field": "instanceId"}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["PLACEHOLDER_Subnets"]}},
    }
    for said in (
        "placeholder  desiredCount: Count: Ref Count is not known here; the member is left out",
        "Subnets: Ref Subnets is not known here; PLACEHOLDER_Subnets stands for it",
        "placeholder  networkConfiguration.awsvpcConfiguration.assignPublicIp: If.P: ",
        "note         family: NameMadeUp: ",
        "left out: ForceNewDeployment",
    ):
        assert said in outcome.report


def test_what_is_no_property_is_refused() -> None:
    properties = {"Family": "web", "ContainerDefinitions": [{"Name": "a", "Image": "b", "Memory": 64, "Colour": "red"}]}
    outcome = converted({"Type": "AWS::ECS::TaskDefinition", "Properties": properties})
    assert outcome.refused
    assert "Unknown member 'containerDefinitions[0].Colour'" in outcome.report
    assert "ECSTaskDefinition" not in manifests(outcome)


def test_a_remark_says_path_and_message() -> None:
    assert Remark("note", "a.b", "Reason", "it is so").said == "a.b: it is so"
    assert Remark("note", "", "Reason", "it is so").said == "it is so"
