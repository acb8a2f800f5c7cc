"""CEL rules of tasks, clusters and accounts, and what services share with them, in ECS's words where it has some."""

from kubecs.crds import tag_rules
from kubecs.crds.rules import Rule, RulesByPath, fixed_member, fixed_members, given
from kubecs.ecs.members import members
from kubecs.ecs.model import RunTaskRequest

_SHORT_CLUSTER = "self.cluster.substring(self.cluster.lastIndexOf('/') + 1)"
NO_STRATEGY = "!has(self.capacityProviderStrategy) || self.capacityProviderStrategy.size() == 0"

CLUSTER_REFERENCE = Rule(
    f"!has(self.cluster) || {_SHORT_CLUSTER}.matches('^[a-zA-Z0-9_-]{{1,255}}$')",
    "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ".cluster",
    says="'Cluster must match ^[a-zA-Z0-9\\\\-_]{1,255}$, but was ' + self.cluster",
)

CAPACITY = (
    Rule(
        f"!has(self.launchType) || {NO_STRATEGY}",
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ".launchType",
        "FieldValueForbidden",
    ),
    Rule(
        f"{NO_STRATEGY} || self.capacityProviderStrategy.exists(i, has(i.weight) && i.weight > 0)",
        "There are no capacity providers in the capacity provider strategy with a weight value greater than zero",
        ".capacityProviderStrategy",
    ),
    Rule(
        f"{NO_STRATEGY} || self.capacityProviderStrategy.filter(i, has(i.base) && i.base > 0).size() <= 1",
        "There are multiple capacity providers in the specified capacity provider strategy with a base value defined",
        ".capacityProviderStrategy",
    ),
)

_FIELD = given("self.field", "''")

_SPREAD = f"{_FIELD}.lowerAscii() in ['instanceid', 'host'] || {_FIELD}.lowerAscii().startsWith('attribute:')"

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
    Rule(
        f"!has(self.type) || self.type != 'spread' || {_SPREAD}",
        "spread field is invalid",
        ".field",
        says=f'"spread field \'" + {_FIELD} + "\' is invalid"',
    ),
)

_PLACEMENT_CONSTRAINT = (
    Rule(
        "!has(self.type) || self.type != 'distinctInstance' || !has(self.expression)",
        "distinctInstance expression should not be specified",
        ".expression",
    ),
    Rule(
        "!has(self.type) || self.type != 'memberOf' || (has(self.expression) && self.expression != '')",
        "memberOf expression should be specified",
        ".expression",
    ),
)

_POD_KEYS = "self.all(key, !key.startsWith('kubecs.dev/') && !key.contains('.kubecs.dev/'))"
_KEY = "^([a-z0-9][-a-z0-9.]*[a-z0-9]/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
_OWN_KEYS = (
    Rule(_POD_KEYS, "keys under kubecs.dev/ are the operator's own", reason="FieldValueForbidden"),
    Rule(
        f"self.all(key, key.matches('{_KEY}'))", "keys must be names that Kubernetes allows, such as example.com/team"
    ),
)

PLACED: RulesByPath = {
    "placementStrategy[]": _PLACEMENT_STRATEGY,
    "placementConstraints[]": _PLACEMENT_CONSTRAINT,
    "kubernetes.podLabels": _OWN_KEYS,
    "kubernetes.podAnnotations": _OWN_KEYS,
}

TASK_LEFT_OUT = ("clientToken", "referenceId")
_TASK_FIXED = tuple(member.name for member in members(RunTaskRequest) if member.name not in TASK_LEFT_OUT)

TASK: RulesByPath = {
    "": (
        CLUSTER_REFERENCE,
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
    **PLACED,
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
