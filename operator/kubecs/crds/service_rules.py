"""CEL rules of services, with ECS's texts where ECS has one; `LEFT` names what CEL can't say."""

from collections.abc import Mapping

from kubecs.crds import tag_rules
from kubecs.crds.request_rules import CAPACITY, CLUSTER_REFERENCE, NO_STRATEGY, PLACED
from kubecs.crds.rules import Rule, RulesByPath, fixed, fixed_member, given
from kubecs.ecs.service_rules import DNS_NAME

# Rules of ecs/service_rules.py, by their statements, that the operator alone checks, or checks further.
LEFT: Mapping[str, str] = {
    "daemons run once on each instance": "CEL can't tell a desired count of 1 from the default,"
    " so only others are refused.",
}

_DAEMON = "(has(self.schedulingStrategy) && self.schedulingStrategy == 'DAEMON')"
_CONTROLLER = given("self.deploymentController.type", "'ECS'")
_OLD_CONTROLLER = given("oldSelf.deploymentController.type", "'ECS'")
_CLUSTER, _OLD_CLUSTER = (given(f"{root}.cluster", "'default'") for root in ("self", "oldSelf"))
_MAXIMUM = given("self.deploymentConfiguration.maximumPercent", f"({_DAEMON} ? 100 : 200)")
_MINIMUM = given("self.deploymentConfiguration.minimumHealthyPercent", f"({_DAEMON} ? 0 : 100)")
_BREAKER = given("self.deploymentConfiguration.deploymentCircuitBreaker.enable", "false")
_CONFIGURATION = "self.deploymentConfiguration"
_EARLY = f"{_CONFIGURATION}.earlySuccessCriteria"
_NONE = "''"
_STRATEGY = given(f"{_CONFIGURATION}.strategy", "'ROLLING'")
_LAUNCH_TYPE = given("self.launchType", _NONE)
_FARGATE_PROVIDER = (
    f"!({NO_STRATEGY}) && self.capacityProviderStrategy.exists(i, i.capacityProvider.startsWith('FARGATE'))"
)


def _filled(member: str) -> str:
    """CEL: a list that has something in it."""
    return f"(has(self.{member}) && self.{member}.size() > 0)"


def _filled_text(path: str) -> str:
    return f"(has({path}) && {path} != '')"


def _has(path: str) -> str:
    """CEL: whether the member at a path is there, and all above it."""
    root, *names = path.split(".")
    return f"({' && '.join(f'has({root}.' + '.'.join(names[: count + 1]) + ')' for count in range(len(names)))})"


def _shifted(member: str) -> str:
    """CEL: an item of the list says how traffic is shifted."""
    return f"(has(self.{member}) && self.{member}.exists(i, has(i.advancedConfiguration)))"


def _short(reference: str) -> str:
    """CEL: the name in a name or ARN."""
    return f"{reference}.substring({reference}.lastIndexOf('/') + 1)"


_SERVICE_FIXED = (
    Rule(
        f"{_short(_CLUSTER)} == {_short(_OLD_CLUSTER)}",  # by name or ARN: both are the same cluster
        "cluster can't be changed: create the service in the other cluster",
        ".cluster",
        "FieldValueForbidden",
    ),
    fixed_member("schedulingStrategy", "schedulingStrategy can't be changed", "'REPLICA'"),
    fixed_member("role", "role can't be changed"),
    Rule(
        f"{_CONTROLLER} == {_OLD_CONTROLLER}",
        "deploymentController can't be changed",
        ".deploymentController",
        "FieldValueForbidden",
    ),
    Rule(
        "has(self.launchType) == has(oldSelf.launchType)"
        " && (!has(self.launchType) || self.launchType == oldSelf.launchType)"
        " || has(self.capacityProviderStrategy) || has(oldSelf.capacityProviderStrategy)",
        "launchType can't be changed, only be replaced by a capacityProviderStrategy or replace one",
        ".launchType",
        "FieldValueForbidden",
    ),
)

_DAEMON_RULES = (
    Rule(
        f"!{_DAEMON} || !has(self.desiredCount) || self.desiredCount == 1",
        "The daemon scheduling strategy does not support a desired count for services.",
        ".desiredCount",
        "FieldValueForbidden",
    ),
    Rule(
        f"!{_DAEMON} || !has(self.placementStrategy) || self.placementStrategy.size() == 0",
        "The daemon scheduling strategy does not support placement strategies.",
        ".placementStrategy",
        "FieldValueForbidden",
    ),
    Rule(
        f"!{_DAEMON} || {_MAXIMUM} <= 100",
        "The daemon scheduling strategy does not support values above 100 for maximumPercent.",
        ".deploymentConfiguration.maximumPercent",
    ),
    Rule(
        f"!{_DAEMON} || {_LAUNCH_TYPE} != 'FARGATE'",
        "The daemon scheduling strategy does not support the launch type FARGATE.",
        ".launchType",
    ),
    Rule(
        f"!{_DAEMON} || {_CONTROLLER} == 'ECS'",
        "The daemon scheduling strategy does not support other deployment controllers than ECS.",
        ".deploymentController",
    ),
    Rule(
        f"!{_DAEMON} || {given('self.availabilityZoneRebalancing', _NONE)} != 'ENABLED'",
        "Availability Zone Rebalancing does not support DAEMON services",
        ".availabilityZoneRebalancing",
    ),
    Rule(
        f"!{_DAEMON} || !{_filled('volumeConfigurations')}",
        "ECS managed EBS volume configuration was invalid",
        ".volumeConfigurations",
        "FieldValueForbidden",
    ),
)

_DEPLOYMENT_RULES = (
    Rule(
        f"{_MAXIMUM} != 100 || {_MINIMUM} != 100",
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
        ".deploymentConfiguration.maximumPercent",
    ),
    Rule(
        f"{_MAXIMUM} >= {_MINIMUM}",
        "maximumPercent must be at least minimumHealthyPercent",
        ".deploymentConfiguration.maximumPercent",
    ),
    Rule(
        f"{_CONTROLLER} == 'ECS' || !{_BREAKER}",
        "The deployment circuit breaker needs the deployment controller ECS",
        ".deploymentConfiguration.deploymentCircuitBreaker",
        "FieldValueForbidden",
    ),
    Rule(
        f"{_CONTROLLER} == 'ECS' || !{given(f'{_CONFIGURATION}.alarms.enable', 'false')}",
        "The deployment alarms need the deployment controller ECS",
        ".deploymentConfiguration.alarms",
        "FieldValueForbidden",
    ),
)


def _only_with(member: str, strategy: str) -> Rule:
    return Rule(
        f"!{_has(f'{_CONFIGURATION}.{member}')} || {_STRATEGY} == '{strategy}'",
        f"{member} can only be specified with the {strategy} strategy.",
        f".deploymentConfiguration.{member}",
        "FieldValueForbidden",
    )


_STRATEGY_RULES = (
    _only_with("linearConfiguration", "LINEAR"),
    _only_with("canaryConfiguration", "CANARY"),
    _only_with("earlySuccessCriteria", "ROLLING"),
    Rule(
        f"!({_STRATEGY} in ['BLUE_GREEN', 'LINEAR', 'CANARY'])"
        f" || {given('self.serviceConnectConfiguration.enabled', 'false')}"
        f" || {_shifted('loadBalancers')} || {_shifted('vpcLatticeConfigurations')}",
        "The deployment strategy needs a load balancer with advancedConfiguration, or Service Connect.",
        ".deploymentConfiguration.strategy",
    ),
    Rule(
        f"!{given(f'{_EARLY}.enable', 'false')} || {given(f'{_EARLY}.healthyPercent', '100')} >= {_MINIMUM}",
        "healthyPercent must be at least minimumHealthyPercent.",
        ".deploymentConfiguration.earlySuccessCriteria.healthyPercent",
    ),
    Rule(
        f"!{given(f'{_EARLY}.enable', 'false')} || {_has(f'{_EARLY}.sourceServiceRevisionCleanup')}",
        "sourceServiceRevisionCleanup must be specified.",
        ".deploymentConfiguration.earlySuccessCriteria.sourceServiceRevisionCleanup",
        "FieldValueRequired",
    ),
)

_TRAFFIC_RULES = (
    Rule(
        f"{_CONTROLLER} != 'EXTERNAL' || !{_filled('loadBalancers')}",
        "LoadBalancers must be empty or null",
        ".loadBalancers",
        "FieldValueForbidden",
    ),
    Rule(
        f"{_CONTROLLER} != 'EXTERNAL' || !has(self.networkConfiguration)",
        "NetworkConfiguration must be empty or null",
        ".networkConfiguration",
        "FieldValueForbidden",
    ),
    Rule(
        f"{_CONTROLLER} != 'CODE_DEPLOY' || {_filled('loadBalancers')}",
        "To use the CODE_DEPLOY deployment controller, the service requires an Application Load Balancer or Network "
        "Load Balancer",
        ".loadBalancers",
        "FieldValueRequired",
    ),
    Rule(
        f"!has(self.platformVersion) || self.platformVersion == '' || {_LAUNCH_TYPE} != 'EC2'",
        "The platform version must be null when specifying an EC2 launch type",
        ".platformVersion",
        "FieldValueForbidden",
    ),
    Rule(
        f"{given('self.networkConfiguration.awsvpcConfiguration.assignPublicIp', _NONE)} != 'ENABLED'"
        f" || !({_LAUNCH_TYPE} in ['EC2', 'EXTERNAL'])",
        "Assign public IP is not supported for this launch type.",
        ".networkConfiguration.awsvpcConfiguration.assignPublicIp",
    ),
    Rule(
        f"!{_filled('loadBalancers')} || !self.loadBalancers.exists(i, {_filled_text('i.loadBalancerName')})"
        f" || !({_LAUNCH_TYPE} == 'FARGATE' || {_FARGATE_PROVIDER})",
        "Classic Load Balancers are not supported with Fargate",
        ".loadBalancers",
    ),
)

_SERVICE = (
    CLUSTER_REFERENCE,
    *_SERVICE_FIXED,
    Rule(
        f"{_CONTROLLER} == 'EXTERNAL' || (has(self.taskDefinition) && self.taskDefinition != '')",
        "TaskDefinition can not be blank.",
        ".taskDefinition",
        "FieldValueRequired",
    ),
    Rule(
        f"{_CONTROLLER} != 'EXTERNAL' || !has(self.taskDefinition) || self.taskDefinition == ''",
        "TaskDefinition must be blank",
        ".taskDefinition",
        "FieldValueForbidden",
    ),
    *CAPACITY,
    *_DAEMON_RULES,
    *_DEPLOYMENT_RULES,
    *_STRATEGY_RULES,
    *_TRAFFIC_RULES,
    *tag_rules.RULES,
)

SERVICE: RulesByPath = {
    "": _SERVICE,
    "serviceName": (fixed("serviceName can't be changed: another name is another service"),),
    "loadBalancers[]": (
        Rule(
            "!has(self.loadBalancerName) || !has(self.targetGroupArn)",
            "loadBalancerName and targetGroupArn cannot both be specified",
            ".loadBalancerName",
            "FieldValueForbidden",
        ),
    ),
    "serviceRegistries[]": (
        Rule(
            "!has(self.port) || !has(self.containerPort)",
            "The values specified for serviceRegistries do not require a value for 'containerPort'",
            ".containerPort",
            "FieldValueForbidden",
        ),
    ),
    "serviceConnectConfiguration.services[].clientAliases[]": (
        Rule(
            f"!has(self.dnsName) || self.dnsName == '' || self.dnsName.matches('{DNS_NAME}')",
            "The DNS name that you provided is invalid",
            ".dnsName",
        ),
    ),
    "volumeConfigurations[].managedEBSVolume": (
        Rule(
            "has(self.sizeInGiB) || has(self.snapshotId)",
            "ECS managed EBS volume configuration was invalid",
            ".sizeInGiB",
            "FieldValueRequired",
        ),
    ),
    **PLACED,
}
