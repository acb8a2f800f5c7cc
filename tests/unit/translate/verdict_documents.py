"""Documents that show what the verdicts claim: the golden ones, and small ones for what no golden one has."""

from pathlib import Path
from typing import Any

import orjson
import yaml

from kubecs.plan.account import account_of
from kubecs.translate.maps import Maps
from tests.unit.translate.documents import container

GOLDEN = Path(__file__).parents[2] / "golden"
WEB, OTHER = container(), container(name="other")
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"
FSX: dict[str, Any] = {
    "fileSystemId": "fs-0123456789abcdef0",
    "rootDirectory": "share\\data",
    "authorizationConfig": {
        "credentialsParameter": "arn:aws:ssm:eu-west-1:111122223333:parameter/ad",
        "domain": "corp",
    },
}
S3_FILES: dict[str, Any] = {
    "fileSystemArn": "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-2",
    "transitEncryptionPort": 2049,
}


def mapped() -> Maps:
    """The maps of the golden documents' account."""
    return account_of(yaml.safe_load((GOLDEN / "account.yaml").read_text(encoding="utf-8")), "shop", "").maps


def golden_documents() -> list[dict[str, Any]]:
    """The golden documents."""
    return [orjson.loads(path.read_bytes()) for path in sorted((GOLDEN / "taskdefs").glob("*.json"))]


def task(*containers: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A document of these containers, or of one named web."""
    return {"family": "web", "containerDefinitions": list(containers) or [WEB], **members}


def volume(**members: Any) -> dict[str, Any]:
    """A document with one volume, which is mounted."""
    mounting = container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    return task(mounting, volumes=[{"name": "data", **members}])


SMALL: list[dict[str, Any]] = [
    *(
        task(container(logConfiguration={"logDriver": driver, "options": {"tag": "web"}}))
        for driver in ("awslogs", "fluentd", "gelf", "splunk", "syslog")
    ),
    *(
        task(container(portMappings=[{"containerPort": 80, "name": "api", "appProtocol": protocol}]))
        for protocol in ("http", "http2", "grpc")
    ),
    task(networkMode="none"),
    task(networkMode="bridge"),
    task(pidMode="host"),
    task(ipcMode="none"),
    task(WEB, OTHER, ipcMode="none"),
    task(ipcMode="task"),
    task(tags=[{"key": "team", "value": "shop"}]),
    task(enableFaultInjection=True),
    task(placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}]),
    task(placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*"}]),
    task(inferenceAccelerators=[{"deviceName": "a", "deviceType": "eia1.large"}]),
    task(
        proxyConfiguration={
            "type": "APPMESH",
            "containerName": "web",
            "properties": [{"name": "IgnoredUID", "value": "1337"}],
        }
    ),
    task(trustedExecutionConfiguration={"isolationMode": "SHARED"}),
    task(trustedExecutionConfiguration={"isolationMode": "ISOLATED_SANDBOX", "attestationPolicy": "cA=="}),
    task(
        container(
            dependsOn=[{"containerName": "other", "condition": "SUCCESS"}],
        ),
        container(name="third", dependsOn=[{"containerName": "other", "condition": "HEALTHY"}]),
        container(name="other", essential=False, healthCheck={"command": ["CMD", "true"]}),
    ),
    task(
        container(privileged=True, linuxParameters={"sharedMemorySize": 1}),
        pidMode="task",
        ipcMode="host",
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2019_FULL"},
    ),
    task(container(disableNetworking=True)),
    task(container(credentialSpecs=["credentialspec:other"])),
    task(container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::lost/web.env"}])),
    task(container(secrets=[{"name": "A=B", "valueFrom": "/vault/token"}, {"name": "LOST", "valueFrom": "/lost"}])),
    task(container(environment=[{"name": "A=B", "value": "c"}])),
    task(container(hostname="Not_A_Label", dnsSearchDomains=["not a domain"], dnsServers=["resolver.example"])),
    task(
        container(
            linuxParameters={
                "devices": [{"hostPath": "/dev/fuse", "containerPath": "/dev/other", "permissions": ["read"]}]
            }
        )
    ),
    task(container(linuxParameters={"devices": [{"hostPath": "/dev/lost"}], "maxSwap": 64, "swappiness": 10})),
    task(container(resourceRequirements=[{"type": "GPU", "value": "ALL"}])),
    task(container(resourceRequirements=[{"type": "NeuronDevice", "value": "2"}])),
    task(container(resourceRequirements=[{"type": "InferenceAccelerator", "value": "a"}])),
    task(container(volumesFrom=[{"sourceContainer": "other"}]), OTHER),
    task(container(logConfiguration={"logDriver": "journald"})),
    task(container(logConfiguration={"logDriver": "awsfirelens", "options": {"Name": "forward"}})),
    task(
        container(
            logConfiguration={
                "logDriver": "splunk",
                "secretOptions": [{"name": "splunk-token", "valueFrom": "/vault/lost"}],
            }
        )
    ),
    *(
        task(
            container(
                logConfiguration={
                    "logDriver": "awsfirelens",
                    "options": {"Name": "http"},
                    "secretOptions": [{"name": "Header", "valueFrom": value}],
                }
            ),
            container(
                name="router",
                firelensConfiguration={
                    "type": kind,
                    "options": {"config-file-type": place, "config-file-value": "/extra.conf"},
                },
            ),
        )
        for kind, place, value in (("fluentbit", "file", "/vault/token"), ("fluentd", "s3", "/lost"))
    ),
    task(container(versionConsistency="enabled")),
    task(container(versionConsistency="disabled")),
    task(container(healthCheck={"command": ["CMD", "true"], "retries": 5, "startPeriod": 9})),
    task(container(startTimeout=90), container(name="app", dependsOn=[{"containerName": "web", "condition": "START"}])),
    task(container(stopTimeout=5), OTHER),
    task(
        container(
            repositoryCredentials={"credentialsParameter": f"{SECRET}mirror-AbCdEf"},
            secrets=[{"name": "TOKEN", "valueFrom": f"{SECRET}shop/token-AbCdEf"}],
            logConfiguration={
                "logDriver": "splunk",
                "secretOptions": [{"name": "splunk-token", "valueFrom": f"{SECRET}shop/splunk-AbCdEf"}],
            },
        )
    ),
    task(WEB, container(name="side", essential=False, healthCheck={"command": ["CMD", "true"]})),
    task(container(restartPolicy={"enabled": True, "ignoredExitCodes": [3], "restartAttemptPeriod": 60})),
    *(
        task(container(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}], **program))
        for program in ({}, {"entryPoint": ["/web"]})
    ),
    *(
        task(
            container(dependsOn=[{"containerName": "other", "condition": condition}]),
            container(name="other", essential=False, healthCheck={"command": ["CMD", "true"]}, **program),
            container(name="third", essential=False, command=["true"]),
        )
        for condition in ("START", "COMPLETE", "SUCCESS", "HEALTHY")
        for program in ({}, {"command": ["/wait"], "startTimeout": 60})
    ),
    task(container(dependsOn=[{"containerName": "third", "condition": "START"}]), container(name="third")),
    *(
        task(container(linuxParameters={"initProcessEnabled": True}, **program), OTHER)
        for program in ({}, {"entryPoint": ["/web"]})
    ),
    task(
        WEB,
        container(
            name="side",
            essential=False,
            entryPoint=["/side"],
            restartPolicy={"enabled": True, "ignoredExitCodes": [3, 4], "restartAttemptPeriod": 90},
        ),
    ),
    task(container(mountPoints=[{"sourceVolume": "data"}, {"containerPath": "/b"}]), volumes=[{"name": "data"}]),
    task(
        container(portMappings=[{"containerPort": 80, "name": "http"}]),
        container(
            name="other",
            portMappings=[
                {"containerPort": 80, "hostPort": 81, "protocol": "tcp"},
                {"containerPort": 82, "name": "http"},
            ],
        ),
    ),
    task(
        container(portMappings=[{"containerPortRange": "80-82"}]),
        container(name="other", portMappings=[{"containerPortRange": "81-83"}]),
    ),
    task(container(portMappings=[{"containerPortRange": "8000-9000"}, {"containerPort": 0}])),
    task(container(links=["other:Other_One"]), OTHER),
    task(volumes=[{"name": "twice"}, {"name": "twice"}, {}]),
    volume(dockerVolumeConfiguration={"driver": "lost", "scope": "task"}),
    volume(dockerVolumeConfiguration={"scope": "shared", "autoprovision": True}),
    volume(dockerVolumeConfiguration={"scope": "shared"}),
    volume(efsVolumeConfiguration={"fileSystemId": "fs-exported2", "authorizationConfig": {"iam": "ENABLED"}}),
    volume(s3filesVolumeConfiguration=S3_FILES),
    volume(s3filesVolumeConfiguration=S3_FILES | {"fileSystemArn": S3_FILES["fileSystemArn"].replace("fs-2", "fs-3")}),
    volume(s3filesVolumeConfiguration=S3_FILES | {"accessPointArn": "arn:aws:s3files:eu-west-1:1:access-point/a"}),
    volume(s3filesVolumeConfiguration=S3_FILES | {"accessPointArn": "arn:aws:s3files:eu-west-1:1:access-point/b"}),
    volume(
        efsVolumeConfiguration={
            "fileSystemId": "fs-exported3",
            "authorizationConfig": {"accessPointId": "fsap-lost"},
        }
    ),
    volume(fsxWindowsFileServerVolumeConfiguration=FSX),
    volume(fsxWindowsFileServerVolumeConfiguration=FSX | {"fileSystemId": "fs-exported4"}),
]
