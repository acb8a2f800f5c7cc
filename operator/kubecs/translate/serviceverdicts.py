"""The verdicts about the members of CreateService and UpdateService; `member=value` is the verdict about one value.

Those about deployments stand in translate.deploymentverdicts.
"""

from collections.abc import Mapping

from kubecs.translate.deploymentverdicts import DEPLOYMENT
from kubecs.translate.traffic import NAME_NOT_SERVED, ROUTE_NOT_MADE, WITHOUT_PROXY
from kubecs.translate.verdict import Verdict, done, kept, lost

_SHOWN = kept("stands in the spec, and is shown where ECS shows it")
_PLACEMENT = lost("any node may be chosen", "PlacementNotApplied", "placement is translated together with instances")
_PROVIDER = lost(
    "any node may be chosen", "CapacityProviderNotApplied", "there are FARGATE and FARGATE_SPOT, and no others yet"
)
_SHARES = kept("validated as ECS does; the built-in providers have the same nodes")
_LATTICE = lost("VPC Lattice leads nothing here", "LatticeNotServed")
_GATEWAY = lost("no gateway leads here", "GatewayConnectorNotServed", "it takes a route of the Gateway API")
_NO_PROXY = lost("there is no proxy, so nothing does this", "ServiceConnectOptionsNotApplied")
_SHIFT = lost("the Service leads to all tasks that are ready", "TrafficNotShifted", "weighted traffic takes routes")
_DISK = lost("the volume is made without it", "VolumeOptionsNotApplied", "a StorageClass decides about it")
_TAGS = lost("tasks have no tags yet")
_CLAIM = "spec.volumes[].ephemeral.volumeClaimTemplate"
_BY_GROUPS = "by ECSAccount spec.targetGroups; without an entry there the service is Stalled with TargetGroupNotMapped"
_BY_REGISTRIES = (
    "by ECSAccount spec.serviceRegistries; without an entry the service is Stalled with ServiceRegistryNotMapped"
)
_BY_CONNECT = "by ECSAccount spec.serviceConnect; without an entry the service is Stalled with ServiceConnectNotMapped"
_SERVICE = "a Service"


def _all(verdict: Verdict, *paths: str) -> dict[str, Verdict]:
    return dict.fromkeys(paths, verdict)


_SELF: Mapping[str, Verdict] = {
    "serviceName": done("metadata.name of the ECSService; label kubecs.dev/service"),
    "service": kept("in UpdateService: says which ECSService is edited"),
    "cluster": done("metadata.name of the ECSService; label kubecs.dev/cluster"),
    "taskDefinition": done("Deployment spec.template", "a family alone follows its newest revision"),
    "desiredCount": done("Deployment spec.replicas"),
    "clientToken": kept("belongs to one call, and is no member of an ECSService"),
    "forceNewDeployment": done("spec.kubernetes.restartedAt of the ECSService", "a new value starts a deployment"),
    "role": _SHOWN,
    "launchType": done(
        "label kubecs.dev/launch-type", "chooses no nodes: Fargate's rules hold, its machines are yours"
    ),
    "platformVersion": _SHOWN,
    "capacityProviderStrategy": done("label kubecs.dev/launch-type", condition="CapacityProviderNotApplied"),
    "capacityProviderStrategy[].capacityProvider": _PROVIDER,
    "capacityProviderStrategy[].capacityProvider=FARGATE": done("label kubecs.dev/launch-type"),
    "capacityProviderStrategy[].capacityProvider=FARGATE_SPOT": done(
        "label kubecs.dev/launch-type", "no spot nodes are chosen"
    ),
    "capacityProviderStrategy[].weight": _SHARES,
    "capacityProviderStrategy[].base": _SHARES,
    **_all(
        _PLACEMENT,
        "placementConstraints",
        "placementConstraints[].type",
        "placementConstraints[].expression",
        "placementStrategy",
        "placementStrategy[].type",
        "placementStrategy[].field",
    ),
    "availabilityZoneRebalancing": lost("tasks are not moved from zone to zone", "ZonesNotRebalanced"),
    "availabilityZoneRebalancing=DISABLED": kept("tasks stay where they are"),
    "schedulingStrategy": done("a Deployment, or a DaemonSet for DAEMON"),
    "tags": _SHOWN,
    "tags[].key": _SHOWN,
    "tags[].value": _SHOWN,
    "enableECSManagedTags": _TAGS,
    "propagateTags": _TAGS,
    "propagateTags=NONE": kept("tasks get no tags"),
    "enableExecuteCommand": lost("ExecuteCommand is not there yet; `kubectl exec` is", "ExecuteCommandNotAvailable"),
    **_all(
        kept("stands in the spec; how often Prometheus looks is its own choice"),
        "monitoring",
        "monitoring.metricConfigurations",
        "monitoring.metricConfigurations[].metricNames",
        "monitoring.metricConfigurations[].resolutionSeconds",
    ),
}

_NETWORK: Mapping[str, Verdict] = {
    "networkConfiguration": kept("a Pod has an address of its own anyway"),
    "networkConfiguration.awsvpcConfiguration": kept("a Pod has an address of its own anyway"),
    "networkConfiguration.awsvpcConfiguration.subnets": done(
        "spec.affinity.nodeAffinity",
        "by ECSAccount spec.subnets, as the zones of nodes; the cluster's network has no subnets",
        "SubnetsNotApplied",
    ),
    "networkConfiguration.awsvpcConfiguration.securityGroups": lost(
        "traffic is not filtered", "SecurityGroupsNotApplied", "NetworkPolicies are yours to write"
    ),
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": kept("DISABLED is what happens anyway"),
    "networkConfiguration.awsvpcConfiguration.assignPublicIp=ENABLED": lost(
        "tasks have no public address", "PublicIpNotAssigned"
    ),
}

_LOAD_BALANCERS: Mapping[str, Verdict] = {
    "loadBalancers": done(_SERVICE, _BY_GROUPS, ROUTE_NOT_MADE),
    "loadBalancers[].targetGroupArn": done(_SERVICE, _BY_GROUPS, ROUTE_NOT_MADE),
    "loadBalancers[].loadBalancerName": done(_SERVICE, _BY_GROUPS, ROUTE_NOT_MADE),
    "loadBalancers[].containerName": done("Service spec.ports[].targetPort"),
    "loadBalancers[].containerPort": done("Service spec.ports[].port and .targetPort"),
    **_all(
        _SHIFT,
        "loadBalancers[].advancedConfiguration",
        "loadBalancers[].advancedConfiguration.alternateTargetGroupArn",
        "loadBalancers[].advancedConfiguration.productionListenerRule",
        "loadBalancers[].advancedConfiguration.testListenerRule",
        "loadBalancers[].advancedConfiguration.roleArn",
    ),
    **_all(
        _LATTICE,
        "vpcLatticeConfigurations",
        "vpcLatticeConfigurations[].roleArn",
        "vpcLatticeConfigurations[].targetGroupArn",
        "vpcLatticeConfigurations[].portName",
        "vpcLatticeConfigurations[].advancedConfiguration",
        "vpcLatticeConfigurations[].advancedConfiguration.alternateTargetGroupArn",
        "vpcLatticeConfigurations[].advancedConfiguration.productionListenerRule",
        "vpcLatticeConfigurations[].advancedConfiguration.testListenerRule",
    ),
    **_all(
        _GATEWAY,
        "gatewayConnectors",
        *(
            f"gatewayConnectors[].{path}"
            for path in (
                "portName",
                "filters",
                "filters.accessTypes",
                "deregistrationDelay",
                "deregistrationDelay.timeoutSeconds",
                "healthCheck",
                "healthCheck.healthCheckProtocol",
                "healthCheck.healthCheckPort",
                "healthCheck.healthCheckPath",
                "healthCheck.healthCheckTimeoutSeconds",
                "healthCheck.healthCheckIntervalSeconds",
                "healthCheck.healthyThresholdCount",
                "healthCheck.unhealthyThresholdCount",
                "healthCheck.matcher",
                "healthCheck.matcher.httpCode",
                "healthCheck.matcher.grpcCode",
            )
        ),
    ),
}

_DISCOVERY: Mapping[str, Verdict] = {
    "serviceRegistries": done("a headless Service", _BY_REGISTRIES),
    "serviceRegistries[].registryArn": done("a headless Service", _BY_REGISTRIES),
    "serviceRegistries[].port": done("Service spec.ports[].port", "SRV records are those of the cluster's DNS"),
    "serviceRegistries[].containerName": done("Service spec.ports[].targetPort"),
    "serviceRegistries[].containerPort": done("Service spec.ports[].targetPort"),
}

_CONNECT: Mapping[str, Verdict] = {
    "serviceConnectConfiguration": done("a Service for each client alias", _BY_CONNECT, WITHOUT_PROXY),
    **{
        f"serviceConnectConfiguration.{path}": verdict
        for path, verdict in {
            "enabled": done("a Service for each client alias", "names are live for all clients", WITHOUT_PROXY),
            "namespace": done(_SERVICE, f"{_BY_CONNECT}; absent: that of the cluster"),
            "services": done("a Service for each client alias", _BY_CONNECT),
            "services[].portName": done("Service spec.ports[].targetPort"),
            "services[].discoveryName": done("Service metadata.name", "where there is no dnsName", NAME_NOT_SERVED),
            "services[].clientAliases": done(_SERVICE, _BY_CONNECT),
            "services[].clientAliases[].port": done("Service spec.ports[].port"),
            "services[].clientAliases[].dnsName": done(
                "Service metadata.name", "its first label; what follows has to be the namespace", NAME_NOT_SERVED
            ),
            **_all(
                lost("there is no proxy that tells test traffic", "TrafficNotShifted"),
                "services[].clientAliases[].testTrafficRules",
                "services[].clientAliases[].testTrafficRules.header",
                "services[].clientAliases[].testTrafficRules.header.name",
                "services[].clientAliases[].testTrafficRules.header.value",
                "services[].clientAliases[].testTrafficRules.header.value.exact",
            ),
            **_all(
                _NO_PROXY,
                "services[].ingressPortOverride",
                "services[].timeout",
                "services[].timeout.idleTimeoutSeconds",
                "services[].timeout.perRequestTimeoutSeconds",
                "logConfiguration",
                "logConfiguration.logDriver",
                "logConfiguration.options",
                "logConfiguration.secretOptions",
                "logConfiguration.secretOptions[].name",
                "logConfiguration.secretOptions[].valueFrom",
                "accessLogConfiguration",
                "accessLogConfiguration.format",
                "accessLogConfiguration.includeQueryParameters",
                "containerConfigurations",
                "containerConfigurations[].logLevel",
            ),
            **_all(
                lost("traffic is not encrypted between tasks", "ServiceConnectTlsNotApplied"),
                "services[].tls",
                "services[].tls.issuerCertificateAuthority",
                "services[].tls.issuerCertificateAuthority.awsPcaAuthorityArn",
                "services[].tls.kmsKey",
                "services[].tls.roleArn",
            ),
        }.items()
    },
}

_VOLUMES: Mapping[str, Verdict] = {
    "volumeConfigurations": done(_CLAIM),
    "volumeConfigurations[].name": done("spec.volumes[].name"),
    "volumeConfigurations[].managedEBSVolume": done(_CLAIM),
    **{
        f"volumeConfigurations[].managedEBSVolume.{path}": verdict
        for path, verdict in {
            "sizeInGiB": done(f"{_CLAIM}.spec.resources.requests.storage"),
            "volumeType": done(f"{_CLAIM}.spec.storageClassName", "by ECSAccount spec.volumeDrivers, ebs/<volumeType>"),
            "roleArn": kept("the cluster's storage driver has rights of its own"),
            **_all(
                _DISK,
                "encrypted",
                "kmsKeyId",
                "snapshotId",
                "volumeInitializationRate",
                "iops",
                "throughput",
                "filesystemType",
                "tagSpecifications",
                "tagSpecifications[].resourceType",
                "tagSpecifications[].tags",
                "tagSpecifications[].tags[].key",
                "tagSpecifications[].tags[].value",
                "tagSpecifications[].propagateTags",
            ),
        }.items()
    },
}

SERVICE: Mapping[str, Verdict] = {
    **_SELF,
    **DEPLOYMENT,
    **_NETWORK,
    **_LOAD_BALANCERS,
    **_DISCOVERY,
    **_CONNECT,
    **_VOLUMES,
}
