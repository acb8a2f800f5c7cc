"""docs/verdicts.md: what becomes of every member of a task definition and of a service, written from the tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kubecs.translate.verdict import Verdict

Verdicts = Mapping[str, Verdict]
Departures = Iterable[tuple[str, str]]

INTRODUCTION = """\
# What becomes of each member of a task definition, and of a service

This page is generated from the verdicts in `operator/kubecs/translate/`; `make generate` writes it. A row
`member=value` is the verdict of that one value. In the terminal, `kubecs explain containerDefinitions.ulimits` prints
a row and those below it.

- **translated**: it is in the Pod, or in what is made beside it, in the field that the row names. A condition there
  says of a document in which it cannot be, or not as it stands, what is different.
- **kept**: it stands in the revision or the service, decides what ECS lets it decide, and changes nothing in the Pod.
- **not applied**: it has no effect. The condition says so wherever the member is given.
- **refused**: a service or task of such a document is not started; registering it is refused too, where the row names
  the error. The text is ECS's where ECS has one.

The [task definition](#members-of-a-task-definition) comes first, then the [service](#members-of-a-service).

What `ECSAccount spec.…` stands for is on the [page about accounts](accounts.md), the conditions are on
[theirs](conditions.md).
"""

# What Kubernetes could do of a member and kubecs does otherwise, with the reason.
DEPARTURES = (
    (
        "linuxParameters.devices",
        "no container is made privileged for a device: a device plugin, or its own `privileged`",
    ),
    ("runtimePlatform.cpuArchitecture", "not set to X86_64 where Fargate would: images are often made for several"),
    ("volumes[].host.sourcePath", "has no type, so that files and sockets are mounted too, as Docker does"),
    ("volumes[].efsVolumeConfiguration", "no PersistentVolume is made: which driver serves it is the cluster's choice"),
    ("environmentFiles", "no file is fetched from S3: the map names the object of the namespace that it stands in"),
    ("firelensConfiguration.options", "the same of a configuration in S3"),
    ("hostname", "one with dots is not set: not every API server keeps hostnameOverride"),
    ("links", "no variables are made of a link: Docker's are a legacy that no image of today reads"),
    (
        "volumes[].efsVolumeConfiguration.transitEncryptionPort",
        "set for a driver alone: a mapped claim stands for a volume that has its mount options already",
    ),
    ("volumes[].s3filesVolumeConfiguration.transitEncryptionPort", "the same of S3 Files"),
    ("ephemeralStorage.sizeInGiB", "empty volumes have no sizeLimit of their own: the Pod's limit counts them too"),
    ("volumes[].dockerVolumeConfiguration.labels", "stand on the Pod: several tasks can share the claim"),
    ("enableFaultInjection", "no agent that could inject faults is on the nodes, as the network of a Pod is the CNI's"),
    ("linuxParameters.tmpfs[].mountOptions", "an emptyDir has no mount options but `readOnly`"),
    ("linuxParameters.maxSwap=0", "reported like any other: whether a node has swap is not known beforehand"),
    (
        "versionConsistency",
        "no registry is asked: the first deployment pulls by tag, also a task of it that comes after the tag has moved",
    ),
    (
        "placementConstraints[].expression",
        "patterns, task:group and what else is no attribute: no label of nodes is kept up for an expression",
    ),
    (
        "proxyConfiguration",
        "no redirect is set up: it takes a container with NET_ADMIN in each task, for a mesh that has come to its end",
    ),
)

# The same of services.
SERVICE_DEPARTURES = (
    ("loadBalancers", "no TargetGroupBinding, Ingress or HTTPRoute is made yet; the Service that they lead to is"),
    (
        "loadBalancers[].containerPort",
        "a port without a name is led to by number, so a deployment that moves it moves all tasks at once",
    ),
    (
        "serviceConnectConfiguration.services[].clientAliases[].dnsName",
        "names beyond one label and the namespace are not taught to the cluster's DNS, nor to the clients' hosts",
    ),
    ("networkConfiguration.awsvpcConfiguration.securityGroups", "no NetworkPolicy or SecurityGroupPolicy is made yet"),
    ("placementConstraints, placementStrategy", "not applied yet: they come with instances and capacity providers"),
    ("capacityProviderStrategy", "there is one Deployment, however many providers are named"),
    ("monitoring", "how often metrics are read is Prometheus's own choice"),
)

HEADING = ("member", "verdict", "Kubernetes", "condition or error", "why, or what is different")


def sentence(verdict: Verdict) -> str:
    """What happens and why, in one text."""
    return "; ".join(part for part in (verdict.message if verdict.effect == "not applied" else "", verdict.why) if part)


def outcome(verdict: Verdict) -> str:
    """The condition that reports it, or the error that refuses it; empty where there is neither."""
    return f"{verdict.error}: {verdict.message}" if verdict.effect == "refused" else verdict.condition


def page(definition: Verdicts, service: Verdicts) -> str:
    """The whole page.

    Args:
        definition: The rows about members of a task definition, by path.
        service: Those about members of a service.
    """
    return "\n".join(
        [
            INTRODUCTION,
            *_counts({"task definition": definition, "service": service}),
            *_part("Members of a task definition", definition, DEPARTURES),
            *_part("Members of a service", service, SERVICE_DEPARTURES),
            "",
        ]
    )


def _part(title: str, verdicts: Verdicts, departures: Departures) -> Iterator[str]:
    yield from ("", f"## {title}", "", *_rows(verdicts))
    yield from ("", "What Kubernetes could do, and why it is not done:", "", "| member | why |", "|---|---|")
    yield from (f"| `{member}` | {why} |" for member, why in departures)


def _counts(tables: Mapping[str, Verdicts]) -> Iterator[str]:
    """How many rows of each table have which verdict."""
    yield f"| verdict | {' | '.join(tables)} |"
    yield f"|---|{'---|' * len(tables)}"
    for name in ("translated", "translated, with a condition where it cannot be", "kept", "not applied", "refused"):
        yield f"| {name} | {' | '.join(str(_numbers(verdicts)[name]) for verdicts in tables.values())} |"


def _numbers(verdicts: Verdicts) -> Counter[str]:
    effects = Counter[str](verdict.effect for verdict in verdicts.values())
    conditional = sum(bool(verdict.condition) for verdict in verdicts.values() if verdict.effect == "translated")
    effects["translated"] -= conditional
    effects["translated, with a condition where it cannot be"] = conditional
    return effects


def _rows(verdicts: Verdicts) -> Iterator[str]:
    yield f"| {' | '.join(HEADING)} |"
    yield f"|{'---|' * len(HEADING)}"
    for path in sorted(verdicts):
        verdict = verdicts[path]
        cells = (f"`{path}`", verdict.effect, verdict.kubernetes, outcome(verdict), sentence(verdict))
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
