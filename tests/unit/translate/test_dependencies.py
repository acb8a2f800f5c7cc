"""Where dependencies put containers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.ecs.errors import ClientException
from kubecs.translate.dependencies import dependency_findings, layout
from kubecs.translate.grace import termination_grace_seconds
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, task

CHECK = {"command": ["CMD", "/healthy"]}
CONDITIONS = ("START", "COMPLETE", "SUCCESS", "HEALTHY")


def one(name: str, *awaited: tuple[str, str], **members: Any) -> dict[str, Any]:
    dependencies = [{"containerName": other, "condition": condition} for other, condition in awaited]
    return container(name=name, **({"dependsOn": dependencies} if dependencies else {}), **members)


def places(*containers: dict[str, Any]) -> tuple[list[str], list[str]]:
    found = layout(task(*containers))
    return [f"{each.name} {each.role}" for each in found.init], [each.name for each in found.regular]


def test_without_dependencies_all_stay_as_they_are() -> None:
    assert places(one("b"), one("a"), one("c")) == ([], ["b", "a", "c"])


def test_what_has_to_end_is_an_init_container() -> None:
    for condition in ("SUCCESS", "COMPLETE"):
        app, migrate = one("app", ("migrate", condition)), one("migrate", essential=False)
        assert places(app, migrate) == (["migrate init"], ["app"])


def test_what_has_to_be_healthy_is_a_sidecar_and_so_is_what_it_needs() -> None:
    app, proxy = one("app", ("proxy", "HEALTHY")), one("proxy", ("config", "START"), healthCheck=CHECK)
    assert places(app, proxy, one("config"), one("other")) == (["config sidecar", "proxy sidecar"], ["app", "other"])


def test_a_start_alone_is_an_order() -> None:
    assert places(one("app", ("log", "START")), one("log")) == ([], ["log", "app"])


def test_links_and_volumes_imply_a_start() -> None:
    linked = one("app", links=["db:database"])
    borrowing = one("web", volumesFrom=[{"sourceContainer": "app"}])
    assert places(borrowing, linked, one("db")) == ([], ["db", "app", "web"])


def test_the_log_router_starts_first_and_stops_last() -> None:
    router = one("router", firelensConfiguration={"type": "fluentbit"})
    app = one("app", logConfiguration={"logDriver": "awsfirelens"})
    assert places(app, router) == (["router sidecar"], ["app"])
    assert places(router) == ([], ["router"])


def test_a_log_router_that_waits_for_a_container_does_not_make_that_wait_for_it() -> None:
    router = one("router", ("config", "SUCCESS"), firelensConfiguration={"type": "fluentbit"})
    config = one("config", logConfiguration={"logDriver": "awsfirelens"}, essential=False)
    assert places(router, config, one("app")) == (["config init", "router sidecar"], ["app"])


def test_a_sidecar_goes_before_an_init_container_that_does_not_need_it() -> None:
    app = one("app", ("migrate", "SUCCESS"), ("db", "HEALTHY"))
    init, _ = places(app, one("migrate", essential=False), one("db", healthCheck=CHECK))
    assert init == ["db sidecar", "migrate init"]


@pytest.mark.parametrize(
    ("containers", "words"),
    [
        (
            (one("app", ("db", "HEALTHY")), one("job", ("db", "COMPLETE")), one("db", healthCheck=CHECK)),
            ("app", "job", "db"),
        ),
        ((one("app", ("db", "HEALTHY")), one("db", healthCheck={"command": ["NONE"]})), ("app", "db")),
        ((one("a", links=["b"]), one("b", links=["a"])), ("cycle",)),
    ],
)
def test_what_cannot_be_kept_is_refused_and_reported(containers: tuple[dict[str, Any], ...], words: Any) -> None:
    with pytest.raises(ClientException) as refused:
        pod_template(task(*containers), context(), standalone=False)
    assert all(word in refused.value.message for word in words)
    assert refused.value.path
    reported = [each for each in findings(task(*containers)) if each.condition == "DependencyNotExpressible"]
    assert [each.message.removeprefix("no task of it can run: ") for each in reported] == [refused.value.message]


def test_findings_about_order() -> None:
    app = one("app", ("log", "START"), ("job", "SUCCESS"))
    found = dependency_findings(task(app, one("log"), one("job", essential=False), one("beside")))
    assert [(each.member, each.condition) for each in found] == [
        ("containerDefinitions[app].dependsOn", "StopOrderNotKept"),
        ("containerDefinitions[log].dependsOn", "StartDelayed"),
        ("containerDefinitions[beside].dependsOn", "StartDelayed"),
    ]


@pytest.mark.parametrize(
    ("containers", "seconds"),
    [
        ((one("a", stopTimeout=10), one("b", stopTimeout=20)), 20),
        ((one("a", ("b", "START"), stopTimeout=10), one("b", stopTimeout=20)), 30),
        ((one("a", ("b", "HEALTHY"), stopTimeout=10), one("b", stopTimeout=20, healthCheck=CHECK)), 30),
        ((one("a", ("b", "SUCCESS"), stopTimeout=10), one("b", stopTimeout=20, essential=False)), 10),
        ((one("a", stopTimeout=0),), 2),
        ((one("a"),), 30),
    ],
)
def test_grace(containers: tuple[dict[str, Any], ...], seconds: int) -> None:
    assert termination_grace_seconds(task(*containers)) == seconds


@st.composite
def graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Containers that wait for earlier ones of a hidden order, listed in another."""
    names = [f"c{number}" for number in range(draw(st.integers(1, 10)))]
    containers = []
    for index, name in enumerate(names):
        awaited = draw(st.lists(st.sampled_from(names[:index]), unique=True, max_size=3)) if index else []
        pairs = [(other, draw(st.sampled_from(CONDITIONS))) for other in awaited]
        containers.append(one(name, *pairs, healthCheck=CHECK, essential=draw(st.booleans())))
    return draw(st.permutations(containers))


def _contradictory(containers: list[dict[str, Any]]) -> bool:
    """A container is awaited both in health and at its end."""
    awaited = [(each["containerName"], each["condition"]) for one in containers for each in one.get("dependsOn", ())]
    healthy = {name for name, condition in awaited if condition == "HEALTHY"}
    return any(name in healthy for name, condition in awaited if condition in ("SUCCESS", "COMPLETE"))


@given(graphs())
def test_each_is_placed_once_and_after_what_it_waits_for(containers: list[dict[str, Any]]) -> None:
    document = task(*containers)
    if _contradictory(containers):
        with pytest.raises(ClientException, match="cannot both be kept"):
            layout(document)
        return
    found = layout(document)
    order = [each.name for each in found.placed]
    assert sorted(order) == sorted(each["name"] for each in containers)
    assert found.regular
    roles = {each.name: each.role for each in found.placed}
    for each in found.dependencies:
        assert order.index(each.awaited) < order.index(each.waiting)
        wanted = {"START": {"init", "sidecar", "regular"}, "HEALTHY": {"sidecar"}}.get(each.condition, {"init"})
        assert roles[each.awaited] in wanted
    assert {each.name for each in found.init} == {name for name, role in roles.items() if role != "regular"}


@given(graphs(), st.booleans())
def test_the_pod_holds_each_container_once(containers: list[dict[str, Any]], standalone: bool) -> None:
    document = task(*containers)
    try:
        spec = pod_template(document, context(), standalone=standalone)["spec"]
    except ClientException:
        return
    names = [each["name"] for each in (*spec.get("initContainers", ()), *spec["containers"])]
    assert len(names) == len(set(names))
    assert {each["name"] for each in containers} <= set(names)
    plain = [each for each in spec.get("initContainers", ()) if "restartPolicy" not in each]
    assert not any("readinessProbe" in each or "startupProbe" in each for each in plain)
    assert standalone or not any("restartPolicy" in each for each in spec["containers"])
