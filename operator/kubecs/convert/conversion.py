"""The whole conversion: files in; manifests, report and verdict out. Nothing is read or written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kubecs.convert import items, manifests
from kubecs.convert.account import account_for, identity_of, skeleton
from kubecs.convert.dumping import dump
from kubecs.convert.estate import Row, definition_row, needs_of, service_row
from kubecs.convert.found import CONDITION, NOTE, PLACEHOLDER, REFUSED, Found, Given, Remark, Skipped, not_among
from kubecs.convert.items import Cluster, Item, Service, TaskDefinition
from kubecs.convert.linking import Families, Linked, linked, with_lone
from kubecs.convert.reading import MalformedError, documents
from kubecs.convert.recognition import recognise
from kubecs.convert.report import estate_text, remarks_text, summary_text
from kubecs.convert.seen import seen
from kubecs.convert.trial import Manifest, Trial, service_manifest, try_service, try_task
from kubecs.convert.uniqueness import Settled, settled, unique
from kubecs.ecs.base import Shape
from kubecs.ecs.values import DEFAULT_CLUSTER
from kubecs.plan.account import Account

DEFAULT_NAMESPACE = "default"
# Words of what is refused only as long as the account's maps lack something.
UNRESOLVED = ("ResourceInitializationError", "needs an entry in ECSAccount spec.")
_MAPS = "ECSAccount spec."
_NOTHING_BELOW = Remark(REFUSED, "", "NotConverted", "no ECS task definition, service or cluster in its files")


@dataclass(frozen=True, slots=True)
class Source:
    """A file.

    Attributes:
        name: Its name, for the report.
        content: Its bytes.
        within: The directory that the user named in its stead, if so.
        unreadable: Why it could not be read; empty where it could.
    """

    name: str
    content: bytes
    within: str = ""
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What is wanted.

    Attributes:
        given: What is added to the documents.
        kubernetes: Write plain Kubernetes objects instead of ECS resources.
        keep_revisions: Write each revision with its number.
        namespace: Namespace of what is written; None: where kubectl puts it.
        account: An ECSAccount, whose maps and allow-lists then hold.
    """

    given: Given = field(default_factory=Given)
    kubernetes: bool = False
    keep_revisions: bool = False
    namespace: str | None = None
    account: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The manifests as YAML, the report, and whether anything was refused."""

    output: str
    report: str
    refused: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the files held; `barren` are directories in which there was nothing to convert."""

    found: tuple[Found, ...]
    skipped: tuple[tuple[str, Remark], ...]
    failed: tuple[tuple[str, Remark], ...]
    barren: tuple[tuple[str, Remark], ...]

    @property
    def remarks(self) -> tuple[tuple[str, Remark], ...]:
        """What is said of files instead of resources, with their names."""
        return (*self.failed, *self.skipped, *self.barren)


@dataclass(frozen=True, slots=True)
class _Estate:
    """Everything that was found, decided upon.

    Attributes:
        settled: The task definitions.
        services: Each service with its task definition.
        duplicates: Services and clusters that are not written because another one is.
        clusters: The clusters.
        tried: What each service and task definition comes to in Kubernetes, by name.
    """

    settled: Settled
    services: tuple[Linked, ...]
    duplicate_services: tuple[Service, ...]
    clusters: tuple[Cluster, ...]
    duplicate_clusters: tuple[Cluster, ...]
    tried: Mapping[str, Trial]


def convert(sources: Iterable[Source], options: Options) -> Outcome:
    """Convert all files together, so that services find their task definitions."""
    sources = tuple(sources)
    reading = _read(sources, options)
    identity = identity_of((each.content for each in sources), options.given)
    account = account_for(options.account, identity, options.namespace or DEFAULT_NAMESPACE)
    estate = _decided(reading.found, account, options)
    if options.kubernetes:
        output = dump(_distinct(_plain(estate)))
    else:
        wanted = reading.found and not options.account
        lead = skeleton(identity, options.namespace, _used(estate), _needs(estate)) if wanted else ""
        output = lead + dump(manifests.in_namespace(each, options.namespace) for each in _resources(estate, options))
    remarks = [each for _, each in reading.remarks]
    remarks += [remark for item in _all_items(estate) for remark in item.remarks]
    return Outcome(output, _report(reading, estate, account), any(each.severity == REFUSED for each in remarks))


def _read(sources: tuple[Source, ...], options: Options) -> _Reading:
    found: list[Found] = []
    skipped: list[tuple[str, Remark]] = []
    failed: list[tuple[str, Remark]] = []
    fruitful = {""}
    for source in sources:
        try:
            held, others = _of_source(source, options)
        except MalformedError as error:
            failed.append((source.name, Remark(REFUSED, "", "Malformed", str(error))))
            continue
        except OSError as error:
            failed.append((source.name, Remark(REFUSED, "", "Unreadable", str(error))))
            continue
        found += held
        skipped += others
        fruitful |= {source.within} if held else set()
    barren = (each.within for each in sources if each.within not in fruitful)
    nothing = tuple((directory, _NOTHING_BELOW) for directory in dict.fromkeys(barren))
    return _Reading(tuple(found), tuple(skipped), tuple(failed), nothing)


def _of_source(source: Source, options: Options) -> tuple[list[Found], list[tuple[str, Remark]]]:
    """What a file holds, and its documents that hold nothing; a file of such alone is refused where the user named it.

    Raises:
        MalformedError: It is neither JSON nor YAML.
        OSError: It could not be read.
    """
    if source.unreadable:
        raise OSError(source.unreadable)
    found: list[Found] = []
    skipped: list[Skipped] = []
    parsed = documents(source.content, source.name)
    for index, document in enumerate(parsed):
        origin = f"{source.name}: {index + 1}" if len(parsed) > 1 else source.name
        result = _recognised(document, origin, options.given) if document is not None else ()
        if isinstance(result, Skipped):
            skipped.append(result)
        else:
            found += result
    if not found and not skipped:
        skipped.append(Skipped(source.name, "there is no JSON or YAML document in it"))
    severity = NOTE if found or source.within else REFUSED
    return found, [(each.origin, Remark(severity, "", "NotConverted", each.why)) for each in skipped]


def _recognised(document: Any, origin: str, given: Given) -> tuple[Found, ...] | Skipped:
    try:
        return recognise(document, origin, given)
    except RecursionError as error:
        raise MalformedError("nested too deeply", 1, 1) from error


def _decided(found: Iterable[Found], account: Account, options: Options) -> _Estate:
    by_kind: dict[str, list[Found]] = {"task definition": [], "service": [], "cluster": []}
    for each in found:
        by_kind[each.kind].append(each)
    tried: dict[str, Trial] = {}
    definitions = [
        _tried_task(items.task_definition(each, account), account, options, tried)
        for each in by_kind["task definition"]
    ]
    of_families = settled(definitions, keep_revisions=options.keep_revisions)
    families = Families.of(of_families, keep_revisions=options.keep_revisions)
    services, same_services = unique(
        [items.service(with_lone(each, families), account) for each in by_kind["service"]], lambda each: each.name
    )
    clusters, same_clusters = unique([items.cluster(each) for each in by_kind["cluster"]], lambda each: each.name)
    links = [_in_cluster(linked(each, families), clusters) for each in services]
    return _Estate(
        settled=of_families,
        services=tuple(_tried_service(link, clusters, account, options, tried) for link in links),
        duplicate_services=tuple(same_services),
        clusters=tuple(clusters),
        duplicate_clusters=tuple(same_clusters),
        tried=tried,
    )


def _tried_task(
    definition: TaskDefinition, account: Account, options: Options, tried: dict[str, Trial]
) -> TaskDefinition:
    trial = try_task(definition, account)
    tried.setdefault(_task_key(definition), trial)
    if options.kubernetes:
        rest = (each for each in definition.remarks if not any(_tells_of(each, more) for more in trial.remarks))
        return replace(definition, remarks=(*rest, *trial.remarks))
    return definition.remarked(*(each for remark in trial.remarks for each in _for_later(definition, remark)))


def _for_later(definition: TaskDefinition, remark: Remark) -> tuple[Remark, ...]:
    """ECS resources may still get their values and map entries: what fails only without them is not refused."""
    if definition.is_open(remark.path):
        return ()
    if not any(word in f"{remark.reason}: {remark.message}" for word in UNRESOLVED):
        return (remark,)
    told = any(_tells_of(each, remark) for each in definition.remarks)
    return () if told else (replace(remark, severity=CONDITION),)


def _tells_of(condition: Remark, refusal: Remark) -> bool:
    """Whether a condition says already what the maps lack, which the trial refuses at that member or above."""
    lacks = condition.severity == CONDITION and _MAPS in condition.message and _MAPS in refusal.message
    return lacks and bool(refusal.path) and condition.path.startswith(refusal.path)


def _in_cluster(link: Linked, clusters: Iterable[Cluster]) -> Linked:
    """A service of a cluster that is not `default` waits for its ECSCluster."""
    cluster = link.service.members.get("cluster", DEFAULT_CLUSTER)
    if link.service.refused or cluster == DEFAULT_CLUSTER or any(each.name == cluster for each in clusters):
        return link
    return replace(link, service=link.service.remarked(not_among("cluster", f"cluster {cluster}")))


def _tried_service(
    link: Linked, clusters: Iterable[Cluster], account: Account, options: Options, tried: dict[str, Trial]
) -> Linked:
    service = link.service
    if service.refused:
        return link
    definition = link.definition
    rendered = definition is not None and bool(tried[_task_key(definition)].manifests)
    named = service.members.get("cluster", DEFAULT_CLUSTER)
    cluster = next((each.members for each in clusters if each.name == named), None)
    trial = try_service(service, definition if rendered else None, account, cluster)
    if options.kubernetes and link.definition is None and not trial.remarks:
        message = "its task definition is not among the documents"
        trial = Trial((), (Remark(REFUSED, "taskDefinition", "TaskDefinitionMissing", message),))
    tried[_service_key(service)] = trial
    remarks = trial.remarks if options.kubernetes else [_once_filled_in(link, each) for each in trial.remarks]
    return replace(link, service=service.remarked(*remarks))


def _once_filled_in(link: Linked, remark: Remark) -> Remark:
    """What ECS refuses of a service and its task definition together may be only that values are still open."""
    parts: list[Item[Any]] = [link.service, *([link.definition] if link.definition else [])]
    unfilled = any(each.severity == PLACEHOLDER for part in parts for each in part.remarks)
    return replace(remark, severity=CONDITION) if remark.reason == "InvalidService" and unfilled else remark


def _task_key(definition: TaskDefinition) -> str:
    return f"task definition {definition.name} of {definition.origin}"


def _service_key(service: Service) -> str:
    return f"service {service.name}"


def _unused(estate: _Estate) -> list[TaskDefinition]:
    """The task definitions that no service runs."""
    used = {id(link.definition) for link in estate.services}
    return [each for each in estate.settled.written if id(each) not in used]


def _resources(estate: _Estate, options: Options) -> list[Manifest]:
    """The ECS resources: clusters, task definitions, services."""
    keep = options.keep_revisions
    return [
        *(manifests.cluster_manifest(each) for each in estate.clusters),
        *(manifests.task_definition_manifest(each, keep_revision=keep) for each in estate.settled.written),
        *(service_manifest(link.service.members) for link in estate.services if not link.service.refused),
    ]


def _plain(estate: _Estate) -> list[Manifest]:
    """The Kubernetes objects: of services what they own, of other task definitions a PodTemplate."""
    made: list[Manifest] = []
    for link in estate.services:
        if not link.service.refused:
            made += manifests.plain(estate.tried[_service_key(link.service)].manifests)
    for each in _unused(estate):
        *beside, pod = estate.tried[_task_key(each)].manifests
        made += [*manifests.plain(beside), manifests.pod_template(pod, str(each.members["family"]))]
    return made


def _distinct(made: Iterable[Manifest]) -> list[Manifest]:
    """Services share ServiceAccounts: each object once."""
    by_key = {(each["kind"], each["metadata"]["name"]): each for each in made}
    return list(by_key.values())


def _models(estate: _Estate) -> list[tuple[str, Shape]]:
    """Everything that could be read, also what kubecs refuses: its account would need the same."""
    refused = (each for each in estate.settled.left_out if each.refused)
    services = (link.service for link in estate.services)
    known: list[Item[Any]] = [*estate.settled.written, *refused, *services, *estate.clusters]
    return [(each.name, each.model) for each in known if each.model is not None]


def _used(estate: _Estate) -> list[tuple[str, str, str]]:
    return [(what, name, user) for user, model in _models(estate) for what, name in seen(model)]


def _needs(estate: _Estate) -> list[tuple[str, str]]:
    return [(need, user) for user, model in _models(estate) for need in needs_of(model)]


def _all_items(estate: _Estate) -> list[Item[Any]]:
    return [each for _, group in _groups(estate) for each in group]


def _groups(estate: _Estate) -> list[tuple[str, list[Item[Any]]]]:
    services = [link.service for link in estate.services]
    return [
        ("task definition", [*estate.settled.written, *estate.settled.left_out]),
        ("service", [*services, *estate.duplicate_services]),
        ("cluster", [*estate.clusters, *estate.duplicate_clusters]),
    ]


def _rows(estate: _Estate, account: Account) -> list[Row]:
    refused = [each for each in estate.duplicate_services if each.refused]
    return [
        *(service_row(link.service, link.definition, account) for link in estate.services),
        *(service_row(each, None, account) for each in refused),
        *(definition_row(each, account) for each in _unused(estate)),
        *(definition_row(each, account) for each in estate.settled.left_out if each.refused),
    ]


def _report(reading: _Reading, estate: _Estate, account: Account) -> str:
    parts = [remarks_text(name, [remark]) for name, remark in reading.remarks]
    groups = _groups(estate)
    parts += [
        remarks_text(f"{each.origin}: {kind} {each.name}", each.remarks) for kind, group in groups for each in group
    ]
    parts.append(estate_text(_rows(estate, account)))
    counted = [(kind, [each.remarks for each in group]) for kind, group in groups]
    parts.append(summary_text(counted, len(reading.skipped), len(reading.failed)))
    return "\n".join(part for part in parts if part)
