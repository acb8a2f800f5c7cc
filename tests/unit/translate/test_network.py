"""Names and addresses of a task, its isolation, and its kernel parameters."""

from typing import Any

import pytest

from kubecs.translate.companions import companions
from kubecs.translate.maps import NO_MAPS
from kubecs.translate.network import network_findings, pod_network
from kubecs.translate.pod import pod_template
from kubecs.translate.sysctls import sysctl_findings, sysctls
from tests.unit.translate.documents import container, context, task

OTHER = container(name="other")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {}),
        ({"hostname": "web"}, {"hostname": "web"}),
        ({"hostname": "Web_1"}, {}),
        ({"dnsServers": ["10.0.0.2"]}, {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.2"]}}),
        ({"dnsSearchDomains": ["corp.example"]}, {"dnsConfig": {"searches": ["corp.example"]}}),
        ({"dnsServers": ["resolver.example"]}, {}),
        (
            {
                "extraHosts": [
                    {"hostname": "a.example", "ipAddress": "fd00::1"},
                    {"hostname": "", "ipAddress": "1.2.3.4"},
                ]
            },
            {"hostAliases": [{"hostnames": ["a.example"], "ip": "fd00::1"}]},
        ),
        ({"links": ["db:database", "db"]}, {"hostAliases": [{"hostnames": ["db", "database"], "ip": "127.0.0.1"}]}),
    ],
)
def test_one_container(members: dict[str, Any], expected: dict[str, Any]) -> None:
    assert pod_network(task(container(**members))) == expected


@pytest.mark.parametrize(
    ("links", "hostnames", "lost"),
    [
        (["db:database"], ["db", "database"], None),
        (["db:My_DB"], ["db"], "My_DB"),
        (["Db_1"], None, "Db_1"),
        ([f"db:{'a' * 70}"], ["db"], "a" * 70),
    ],
)
def test_a_link_is_found_under_dns_names(links: list[str], hostnames: list[str] | None, lost: str | None) -> None:
    document = task(container(links=["other", *links]))
    (aliases,) = pod_network(document)["hostAliases"]
    assert aliases["hostnames"] == ["other", *(hostnames or [])]
    found = [(each.member, each.condition) for each in network_findings(document) if str(lost) in each.message]
    assert found == ([("containerDefinitions[web].links[1]", "NameSettingNotApplied")] if lost else [])


def test_a_host_name_with_the_root_s_dot_is_one_that_kubernetes_takes() -> None:
    document = task(container(extraHosts=[{"hostname": "db.example.", "ipAddress": "10.0.0.1"}]))
    assert pod_network(document)["hostAliases"] == [{"hostnames": ["db.example"], "ip": "10.0.0.1"}]


def test_in_host_mode_the_name_is_the_nodes() -> None:
    document = task(container(hostname="web"), networkMode="host")
    assert pod_network(document) == {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    (found,) = network_findings(document)
    assert (found.member, found.condition) == ("containerDefinitions[web].hostname", "NameSettingNotApplied")


@pytest.mark.parametrize("member", [{"hostname": "web"}, {"dnsServers": ["10.0.0.2"]}, {"dnsSearchDomains": ["a.b"]}])
def test_what_one_asks_for_holds_for_all(member: dict[str, Any]) -> None:
    assert list(network_findings(task(container(**member)))) == []
    assert list(network_findings(task(container(**member), container(name="other", **member)))) == []
    (found,) = network_findings(task(container(**member), OTHER))
    assert found.condition == "AppliesToWholeTask"


def test_no_more_servers_than_a_pod_has() -> None:
    document = task(
        container(dnsServers=["10.0.0.1", "10.0.0.2"]), container(name="b", dnsServers=["10.0.0.3", "10.0.0.4"])
    )
    assert pod_network(document)["dnsConfig"]["nameservers"] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert [(each.member, each.condition) for each in network_findings(document)] == [
        ("containerDefinitions[web].dnsServers", "AppliesToWholeTask"),
        ("containerDefinitions[b].dnsServers", "NameSettingNotApplied"),
    ]


def test_no_network_is_a_policy_that_selects_the_pods() -> None:
    document = task(networkMode="none")
    (policy,) = companions(document, NO_MAPS, "shop")
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert (policy["spec"]["ingress"], policy["spec"]["egress"]) == ([], [])
    pod_labels = pod_template(document, context(), standalone=False)["metadata"]["labels"]
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= pod_labels.items()
    others = pod_template(task(), context(), standalone=False)["metadata"]["labels"]
    assert not policy["spec"]["podSelector"]["matchLabels"].items() <= others.items()
    assert companions(task(), NO_MAPS, "shop") == []


def test_of_two_kernel_parameters_the_last_holds() -> None:
    first = [{"namespace": "net.ipv4.tcp_fin_timeout", "value": "1"}]
    last = [{"namespace": "net/ipv4/tcp_fin_timeout", "value": "2"}]
    document = task(container(systemControls=first), container(name="other", systemControls=last))
    assert sysctls(document) == [{"name": "net.ipv4.tcp_fin_timeout", "value": "2"}]
    assert list(sysctl_findings(document)) == []


@pytest.mark.parametrize(
    ("namespace", "members", "condition"),
    [
        ("net.core.somaxconn", {}, "SysctlNeedsPermission"),
        ("net.core.somaxconn", {"networkMode": "host"}, "SysctlNotApplied"),
        ("kernel.msgmax", {"ipcMode": "host"}, "SysctlNotApplied"),
        ("kernel.msgmax", {}, "SysctlNeedsPermission"),
        ("net.ipv4.conf.Eth0.forwarding", {}, "SysctlNotApplied"),
        ("net..core", {}, "SysctlNotApplied"),
        ("net core", {}, "SysctlNotApplied"),
        (f"net.{'a' * 250}", {}, "SysctlNotApplied"),
    ],
)
def test_kernel_parameters_that_are_reported(namespace: str, members: dict[str, Any], condition: str) -> None:
    document = task(container(systemControls=[{"namespace": namespace, "value": "1"}]), **members)
    (found,) = sysctl_findings(document)
    assert (found.member, found.condition) == ("containerDefinitions[web].systemControls[0]", condition)
    assert bool(sysctls(document)) is (condition == "SysctlNeedsPermission")
