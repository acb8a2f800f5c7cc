"""The warnings at apply: generated from the verdicts, short enough, and checked in as the code writes them."""

import pytest
import yaml

from kubecs.crds.admission import LONGEST, NAMES, PREFIX, document, policy
from kubecs.crds.documentwarnings import DOCUMENT_WARNINGS, ELSEWHERE, DocumentWarning
from kubecs.crds.warnings import LISTS, LOST, ApplyWarning, apply_warnings
from kubecs.translate.verdicts import VERDICTS


def path_of(warning: ApplyWarning) -> str:
    return f"{warning.within}[].{warning.member}" if warning.within else warning.member


def test_every_verdict_that_is_lost_warns_once_for_all_that_is_below_it() -> None:
    warned = [path_of(warning) for warning in apply_warnings()]
    lost = {path.partition("=")[0] for path, verdict in VERDICTS.items() if verdict.effect in LOST}
    assert all(any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in warned) for path in lost)
    by_hand = {each.path for each in DOCUMENT_WARNINGS}
    assert set(warned) <= lost | by_hand
    compiled = [path for path in warned if path not in by_hand]
    assert not [one for one in compiled for other in compiled if one.startswith((f"{other}.", f"{other}["))]


def test_every_condition_of_a_verdict_is_warned_of_or_decided_elsewhere() -> None:
    compiled = {each.condition for each in DOCUMENT_WARNINGS}
    compiled |= {verdict.condition for verdict in VERDICTS.values() if verdict.effect in LOST}
    assert {verdict.condition for verdict in VERDICTS.values() if verdict.condition} <= compiled | set(ELSEWHERE)
    assert not compiled & set(ELSEWHERE)


@pytest.mark.parametrize("written", DOCUMENT_WARNINGS, ids=lambda each: f"{each.path}-{each.condition}")
def test_what_is_written_by_hand_is_about_a_member(written: DocumentWarning) -> None:
    assert written.path.removesuffix("[]") in VERDICTS
    assert [each.holds for each in apply_warnings()].count(written.holds) == 1


def test_a_member_is_lost_where_it_is_given_and_says_something() -> None:
    holds = {path_of(each): each.holds for each in apply_warnings()}
    at = "containerDefinitions[]"
    assert holds[f"{at}.linuxParameters.maxSwap"] == "has(x.linuxParameters) && has(x.linuxParameters.maxSwap)"
    assert holds[f"{at}.disableNetworking"] == "has(x.disableNetworking) && x.disableNetworking"
    assert holds["proxyConfiguration"] == "has(x.proxyConfiguration)"
    assert holds[f"{at}.resourceRequirements[].type"].count("exists(x_, has(x_.type) && x_.type ==") == 1


def test_nothing_but_warnings_comes_of_it() -> None:
    made, bound = yaml.safe_load_all(document())
    assert bound["spec"] == {"policyName": made["metadata"]["name"], "validationActions": ["Warn"]}
    assert made["spec"]["matchConstraints"]["resourceRules"][0]["resources"] == ["ecstaskdefinitions"]


def test_a_document_about_which_nothing_is_said_is_seen_at_once() -> None:
    found = [ApplyWarning("", "a", "A", "a"), ApplyWarning("", "b", "B", "b"), ApplyWarning("volumes", "c", "C", "c")]
    (condition,) = policy(found)["spec"]["matchConditions"]
    assert condition["expression"] == (
        "[object.spec].exists(x, (A) || (B)) || (has(object.spec.volumes) && object.spec.volumes.exists(x, (C)))"
    )
    (condition,) = policy([])["spec"]["matchConditions"]
    assert condition["expression"] == "false"


@pytest.mark.parametrize("within", ["", *LISTS])
def test_warnings_are_never_cut_by_the_api_server(within: str) -> None:
    made = policy([ApplyWarning(within, "member." * 5, "true", "m" * 300)])
    words = made["spec"]["validations"][1]["messageExpression"]
    fixed = sum(len(part) for part in words.split("'")[1::2] if part not in ("...", ","))
    assert len(PREFIX) + fixed + (NAMES if within else 0) <= LONGEST
    assert words.endswith("m...'")


def test_quotes_in_a_message_are_escaped() -> None:
    made = policy([ApplyWarning("", "a", "true", "the node's \\ own")])
    assert made["spec"]["validations"][1]["messageExpression"] == r"'a: the node\'s \\ own'"
