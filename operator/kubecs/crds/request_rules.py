"""CEL rules of services, tasks, clusters and accounts, with ECS's texts where ECS has one."""

from kubecs.crds import tag_rules
from kubecs.crds.rules import Rule, RulesByPath, fixed, fixed_member, fixed_members, given
from kubecs.ecs.members import members
from kubecs.ecs.model import RunTaskRequest

_SHORT_CLUSTER = "self.cluster.substring(self.cluster.lastIndexOf('/') + 1)"
_DAEMON = "(has(self.schedulingStrategy) && self.schedulingStrategy == 'DAEMON')"
_CONTROLLER = given("self.deploymentController.type", "'ECS'")
_OLD_CONTROLLER = given("oldSelf.deploymentController.type", "'ECS'")
_MAXIMUM = given("self.deploymentConfiguration.maximumPercent", f"({_DAEMON} ? 100 : 200)")
_MINIMUM = given("self.deploymentConfiguration.minimumHealthyPercent", f"({_DAEMON} ? 0 : 100)")
_BREAKER = given("self.deploymentConfiguration.deploymentCircuitBreaker.enable", "false")
_NO_STRATEGY = "!has(self.capacityProviderStrategy) || self.capacityProviderStrategy.size() == 0"

_CLUSTER_REFERENCE = Rule(
    f"!has(self.cluster) || {_SHORT_CLUSTER}.matches('^[a-zA-Z0-9_-]{{1,255}}$')",
    "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ".cluster",
    says="'Cluster must match ^[a-zA-Z0-9\\\\-_]{1,255}$, but was ' + self.cluster",
)

CAPACITY = (
    Rule(
        f"!has(self.launchType) || {_NO_STRATEGY}",
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ".launchType",
        "FieldValueForbidden",
    ),
    Rule(
        f"{_NO_STRATEGY} || self.capacityProviderStrategy.exists(i, has(i.weight) && i.weight > 0)",
        "There are no capacity providers in the capacity provider strategy with a weight value greater than zero",
        ".capacityProviderStrategy",
    ),
    Rule(
        f"{_NO_STRATEGY} || self.capacityProviderStrategy.filter(i, has(i.base) && i.base > 0).size() <= 1",
        "There are multiple capacity providers in the specified capacity provider strategy with a base value defined",
        ".capacityProviderStrategy",
    ),
)

_FIELD = given("self.field", "''")

_PLACEMENT_STRATEGY = (
    Rule(
        "!has(self.type) || self.type != 'random' || !has(self.field)", "random field should not be specified", ".field"
    ),
    Rule(
        f"!has(self.type) || self.type != 'binpack' || {_FIELD}.lowerAscii() in ['cpu', 'memory']",
        "binpack field is invalid",
        ".field",
        says=f'"binpack field \'" + {_FIELD} + "\' is invalid"',
    ),
)

_PLACEMENT_CONSTRAINT = (
    Rule(
        "!has(self.type) || self.type != 'distinctInstance' || !has(self.expression)",
        "distinctInstance expression should not be specified",
        ".expression",
    ),
)

_POD_KEYS = "self.all(key, !key.startsWith('kubecs.dev/') && !key.contains('.kubecs.dev/'))"
_OWN_KEYS = (Rule(_POD_KEYS, "keys under kubecs.dev/ are the operator's own", reason="FieldValueForbidden"),)

_PLACED: RulesByPath = {
    "placementStrategy[]": _PLACEMENT_STRATEGY,
    "placementConstraints[]": _PLACEMENT_CONSTRAINT,
    "kubernetes.podLabels": _OWN_KEYS,
    "kubernetes.podAnnotations": _OWN_KEYS,
}

_SERVICE_FIXED = (
    fixed_member("cluster", "cluster can't be changed: create the service in the other cluster", "'default'"),
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
)

_SERVICE = (
    _CLUSTER_REFERENCE,
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
    **_PLACED,
}

TASK_LEFT_OUT = ("clientToken", "referenceId")
_TASK_FIXED = tuple(member.name for member in members(RunTaskRequest) if member.name not in TASK_LEFT_OUT)

TASK: RulesByPath = {
    "": (
        _CLUSTER_REFERENCE,
        *fixed_members(_TASK_FIXED, "can't be changed: a task is run once, as it was asked for"),
        *CAPACITY,
        Rule("!has(self.count) || self.count == 1", "an ECSTask is one task: count can only be 1", ".count"),
        Rule(
            "!has(self.propagateTags) || self.propagateTags != 'SERVICE'",
            "propagateTags SERVICE needs a service.",
            ".propagateTags",
        ),
        *tag_rules.RULES,
    ),
    "overrides.containerOverrides[]": (
        Rule("has(self.name)", "Container override name cannot be empty.", ".name", "FieldValueRequired"),
    ),
    **_PLACED,
}

CLUSTER: RulesByPath = {
    "": (
        fixed_member("clusterName", "clusterName can't be changed: another name is another cluster", "'default'"),
        *tag_rules.RULES,
    ),
}

ACCOUNT: RulesByPath = {
    "": fixed_members(("accountId", "region"), "can't be changed: the ARNs of what exists carry it"),
}
