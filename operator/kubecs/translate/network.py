"""networkMode, hostname, hosts and DNS: what the containers of a task share as the network of their Pod.

In ECS only modes other than awsvpc have the members for names, each container for itself; here they are the Pod's.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path

LOOPBACK = "127.0.0.1"
MOST_NAMESERVERS = 3
MOST_SEARCHES = 32
WHOLE_TASK = "AppliesToWholeTask"
NOT_APPLIED = "NameSettingNotApplied"

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_DOMAIN = re.compile(rf"(?:{_LABEL.pattern}\.)*{_LABEL.pattern}\.?")

Document = RegisterTaskDefinitionRequest


def pod_network(document: Document) -> dict[str, Any]:
    """Members of the Pod's spec for its network: host mode shares the node's and still finds names of the cluster."""
    on_host = document.network_mode == "host"
    servers, searches = _nameservers(document), _searches(document)
    policy = "None" if servers else ("ClusterFirstWithHostNet" if on_host else None)
    dns = {"nameservers": servers, "searches": searches}
    members: dict[str, Any] = {
        "hostNetwork": on_host or None,
        "dnsPolicy": policy,
        "dnsConfig": {name: values for name, values in dns.items() if values} or None,
        "hostAliases": _aliases(document) or None,
        "hostname": _hostname(document),
    }
    return {name: value for name, value in members.items() if value is not None}


def network_findings(document: Document) -> Iterator[Finding]:
    """What cannot be set, and what one container asks for and all of them get."""
    for container in document.container_definitions:
        yield from _hostname_findings(document, container)
        yield from _dns_findings(document, container)
        yield from _link_findings(container)
        for index, host in enumerate(container.extra_hosts or ()):
            if not (_is_address(host.ip_address) and _is_domain(host.hostname)):
                path = container_path(container, f"extraHosts[{index}]")
                yield _finding(path, NOT_APPLIED, f"{host.hostname} at {host.ip_address} is no name with an address")


def _hostname(document: Document) -> str | None:
    """The first container's that has one which Kubernetes takes; in host mode the name is the node's."""
    if document.network_mode == "host":
        return None
    names = (each.hostname for each in document.container_definitions)
    return next((name for name in names if name and _LABEL.fullmatch(name)), None)


def _hostname_findings(document: Document, container: ContainerDefinition) -> Iterator[Finding]:
    if not container.hostname:
        return
    path, chosen = container_path(container, "hostname"), _hostname(document)
    if container.hostname != chosen:
        what = "the node's" if document.network_mode == "host" else (chosen or "the Pod's")
        yield _finding(path, NOT_APPLIED, f"the host name of all containers is {what}")
    elif _others(document, "hostname", container.hostname):
        yield _finding(path, WHOLE_TASK, f"all containers of the task have the host name {chosen}")


def _nameservers(document: Document) -> list[str]:
    given = [server for each in document.container_definitions for server in each.dns_servers or ()]
    return list(dict.fromkeys(filter(_is_address, given)))[:MOST_NAMESERVERS]


def _searches(document: Document) -> list[str]:
    given = [domain for each in document.container_definitions for domain in each.dns_search_domains or ()]
    return list(dict.fromkeys(filter(_is_domain, given)))[:MOST_SEARCHES]


def _dns_findings(document: Document, container: ContainerDefinition) -> Iterator[Finding]:
    used = {"dnsServers": _nameservers(document), "dnsSearchDomains": _searches(document)}
    for member, attribute in (("dnsServers", "dns_servers"), ("dnsSearchDomains", "dns_search_domains")):
        given: tuple[str, ...] = getattr(container, attribute) or ()
        lost = [each for each in given if each not in used[member]]
        path = container_path(container, member)
        if lost:
            yield _finding(path, NOT_APPLIED, f"not used: {', '.join(lost)}")
        elif given and _others(document, attribute, given):
            yield _finding(path, WHOLE_TASK, "all containers of the task resolve names so")


def _link_findings(container: ContainerDefinition) -> Iterator[Finding]:
    for index, link in enumerate(container.links or ()):
        lost = [name for name in link.split(":") if not _is_domain(name)]
        if lost:
            path = container_path(container, f"links[{index}]")
            yield _finding(path, NOT_APPLIED, f"not found under {', '.join(lost)}: that is no DNS name in lower case")


def _others(document: Document, attribute: str, value: object) -> bool:
    """Whether another container asks for something else."""
    return any(getattr(each, attribute) != value for each in document.container_definitions)


def _aliases(document: Document) -> list[dict[str, Any]]:
    """`hostAliases`: each address once, with the names of extraHosts; what `links` names is on this very address."""
    names: dict[str, dict[str, None]] = {}
    for container in document.container_definitions:
        for link in container.links or ():
            names.setdefault(LOOPBACK, {}).update({_alias(name): None for name in link.split(":") if _is_domain(name)})
        for host in container.extra_hosts or ():
            if _is_address(host.ip_address) and _is_domain(host.hostname):
                names.setdefault(host.ip_address, {})[_alias(host.hostname)] = None
    return [{"hostnames": list(found), "ip": address} for address, found in names.items() if found]


def _alias(domain: str) -> str:
    """A name as hostAliases take it: a dot at its end is the root's, and no part of the name."""
    return domain.removesuffix(".")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_domain(text: str) -> bool:
    return len(text) <= 253 and _DOMAIN.fullmatch(text) is not None


def _finding(path: str, condition: str, message: str) -> Finding:
    return Finding(path, condition, condition, message)
