"""Rules about what a network mode does not allow, and about the proxy."""

from collections.abc import Iterator

from kubecs.ecs.definition import Definition, container_names, each_container, only_where
from kubecs.ecs.rules import Rule, Violation

FAULT_MODES = ("awsvpc", "host")
PROXY_PORTS = {"ProxyIngressPort": "Ingress", "ProxyEgressPort": "Egress"}


def _in_awsvpc(definition: Definition) -> bool:
    return definition.network_mode == "awsvpc"


def _not_in_awsvpc(attribute: str, member: str, words: str) -> Rule[Definition]:
    check = only_where(_in_awsvpc, each_container(member, lambda container: getattr(container, attribute)))
    statement = f"the interface decides, not {member}"
    return Rule(statement, check, f"{words} not supported on container when networkMode=awsvpc")


def _known_proxy(definition: Definition) -> Iterator[Violation]:
    proxy = definition.proxy_configuration
    if proxy and proxy.container_name not in container_names(definition):
        yield Violation("proxyConfiguration.containerName", proxy.container_name)


def _proxy_in_awsvpc(definition: Definition) -> Iterator[Violation]:
    if definition.proxy_configuration and not _in_awsvpc(definition):
        yield Violation("networkMode")


def _proxy_ports(definition: Definition) -> Iterator[Violation]:
    proxy = definition.proxy_configuration
    if proxy:
        given = {each.name for each in proxy.properties or () if each.value}
        for name, words in PROXY_PORTS.items():
            if name not in given:
                yield Violation("proxyConfiguration.properties", words)


def _faults(definition: Definition) -> Iterator[Violation]:
    if definition.enable_fault_injection and definition.network_mode not in FAULT_MODES:
        yield Violation("enableFaultInjection")


RULES: tuple[Rule[Definition], ...] = (
    _not_in_awsvpc("hostname", "hostname", "hostname is"),
    _not_in_awsvpc("extra_hosts", "extraHosts", "Extra hosts are"),
    _not_in_awsvpc("dns_servers", "dnsServers", "DNS servers are"),
    _not_in_awsvpc("dns_search_domains", "dnsSearchDomains", "DNS search domains are"),
    _not_in_awsvpc("disable_networking", "disableNetworking", "Disable Networking is"),
    Rule("the proxy is one of the containers", _known_proxy, "Proxy container [{}] does not exist"),
    Rule(
        "a proxy needs an interface of the task's own",
        _proxy_in_awsvpc,
        "APPMESH proxy configuration is only supported in networkMode=awsvpc",
    ),
    Rule("a proxy has ports", _proxy_ports, "{} port not found"),
    Rule(
        "faults are injected where the task or the host has the interface",
        _faults,
        "Fault injection is only supported when networkMode is awsvpc or host.",
    ),
)
