"""Task definitions that other people wrote, in every form, and what becomes of each: docs/real-documents.md.

python -m tests.cluster.realdocuments --write docs/real-documents.md   or --check
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kubecs.convert.found import Found, Given, Skipped
from kubecs.convert.recognition import recognise
from kubecs.convert.templates import template_variables
from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_task_definition
from kubecs.ecs.values import AccountId, task_definition_arn
from kubecs.plan.account import account_of
from kubecs.translate.finding import Finding
from kubecs.translate.maps import Maps
from kubecs.translate.placement import is_windows
from kubecs.translate.pod import PodContext, pod_template
from kubecs.translate.restricted import restricted_uses
from kubecs.translate.serviceaccount import service_account_name
from kubecs.translate.verdicts import findings

PROJECT = Path(__file__).resolve().parents[2]
CORPUS = PROJECT.parent / "shared" / "corpus"
PAGE = PROJECT / "docs" / "real-documents.md"
ABSENT = "the corpus of other people's documents is not beside the checkout"

ACCOUNT = AccountId("111122223333", "eu-west-1", "aws")
# An account that maps whatever they name, so that each document stands for itself.
SPEC: Mapping[str, Any] = {
    "accountId": ACCOUNT.account_id,
    "region": ACCOUNT.region,
    "secrets": [{"from": each, "secretName": "any", "key": "value"} for each in ("*", "arn:*")],
    "pullSecrets": [{"from": "*", "secretNames": ["any"]}],
    "environmentFiles": [{"from": "*", "configMapName": "any"}],
    "fileSystems": [{"from": "*", "persistentVolumeClaimName": "any", **point} for point in ({}, {"accessPoint": "*"})],
    "devices": [{"from": "*", "resourceName": "devices.example/any"}],
    "volumeDrivers": [{"from": "*", "storageClassName": "any"}],
    "logDrivers": [{"from": each} for each in ("awslogs", "splunk", "fluentd", "gelf", "syslog")],
}
FORMS = {
    "register-input": "input of RegisterTaskDefinition",
    "container-definitions-array": "container definitions alone",
    "describe-output": "answer of DescribeTaskDefinition",
    "describe-wrapped": "answer of DescribeTaskDefinition",
}
AS_IT_STANDS, WITH_CONDITIONS, REFUSED = "accepted as it stands", "accepted, with conditions", "refused"
_MARKED = re.compile(r"[$]{3}\w+[$]{3}")  # a variable in no usual spelling
_ACCOUNT_ID = re.compile(r"\b[0-9]{12}\b")
VERDICTS = (AS_IT_STANDS, WITH_CONDITIONS, REFUSED)


@dataclass(frozen=True)
class RealDocument:
    """One task definition.

    Attributes:
        file: Its path in the corpus.
        form: What it is, in the words of FORMS.
        templated: It is known to hold variables of some template.
        malformed: Its shape is known to be none that ECS takes.
        members: The input of RegisterTaskDefinition that it comes to.
    """

    file: str
    form: str
    templated: bool
    malformed: bool
    members: Mapping[str, Any]

    @cached_property
    def refusal(self) -> EcsError | None:
        """Why it is refused; None where it is not."""
        try:
            self.pod(restricted=False)
        except EcsError as error:
            return error
        return None

    @cached_property
    def model(self) -> RegisterTaskDefinitionRequest:
        """It, as ECS takes it.

        Raises:
            EcsError: ECS refuses it.
        """
        return validate_task_definition(self.members)

    @cached_property
    def has_variables(self) -> bool:
        """Whether it holds variables of some template, or masked account ids, where a real value is needed."""
        if self.templated or _MARKED.search(json.dumps(self.members)):
            return True
        try:
            return bool(list(template_variables(self.model)))
        except EcsError:
            return False

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What does not carry over as it stands; of one that is refused nothing."""
        return () if self.refusal else findings(self.model, maps(restricted=False))

    @property
    def verdict(self) -> str:
        """One of VERDICTS."""
        if self.refusal:
            return REFUSED
        return WITH_CONDITIONS if self.findings else AS_IT_STANDS

    def pod(self, *, restricted: bool, standalone: bool = False) -> dict[str, Any]:
        """The pod template of it, in an account that maps everything.

        Raises:
            EcsError: It is refused.
        """
        document = self.model
        context = PodContext(
            cluster="default",
            account=ACCOUNT,
            task_definition_arn=task_definition_arn(ACCOUNT, document.family, 1),
            family=document.family,
            revision=1,
            launch_type="FARGATE" if "FARGATE" in (document.requires_compatibilities or ()) else "EC2",
            service_account=service_account_name(document.task_role_arn, ACCOUNT),
            mount_token=document.task_role_arn is not None,
            maps=maps(restricted=restricted),
        )
        return pod_template(document, context, standalone=standalone)

    @cached_property
    def forbidden(self) -> tuple[str, ...]:
        """What it asks for that the Pod Security Standard `restricted` forbids, or does not know."""
        linux = [each.linux_parameters for each in self.model.container_definitions if each.linux_parameters]
        users = [each.user or "" for each in self.model.container_definitions]
        asked = {
            "the user root": any(user.partition(":")[0] in {"root", "0"} for user in users),
            "capabilities": any(each.capabilities and each.capabilities.add for each in linux),
            "sysctls": any(each.system_controls for each in self.model.container_definitions),
            "security options": any(each.docker_security_options for each in self.model.container_definitions),
            "ports of the node": "hostPort" in json.dumps(self.pod(restricted=False)),
            "Windows": is_windows(self.model),
        }
        return (*(need for _, need in restricted_uses(self.model)), *(name for name, holds in asked.items() if holds))

    @cached_property
    def features(self) -> int:
        """How many different members it has, at all depths."""
        return len(set(_paths(self.members, "")))


def maps(*, restricted: bool) -> Maps:
    """The maps of that account."""
    strict = {"podSecurity": "restricted"} if restricted else {}
    return account_of({"spec": {**SPEC, **strict}}, "any", ACCOUNT.region).maps


def documents() -> list[RealDocument]:
    """All task definitions, in the order of the index; none where the corpus is not there."""
    index = CORPUS / "index.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["file"].startswith("taskdef/")]
    return [each for row in rows for each in _of_row(row["file"], frozenset(row["features"].split(",")))]


def _of_row(file: str, features: frozenset[str]) -> Iterable[RealDocument]:
    shape = next(each for each in features if each.startswith("shape:")).removeprefix("shape:")
    found = recognise(json.loads((CORPUS / file).read_text(encoding="utf-8")), file, Given())
    assert not isinstance(found, Skipped), f"{file}: {found.why}"
    return [_made(each, file, shape, features) for each in found if each.kind == "task definition"]


def _made(found: Found, file: str, shape: str, features: frozenset[str]) -> RealDocument:
    return RealDocument(
        file=file.removeprefix("taskdef/"),
        form=FORMS[shape],
        templated="placeholders" in features,
        malformed="fails-param-validation" in features,
        members=found.members,
    )


def anonymous(value: Any) -> Any:
    """A document without what is its owner's: account ids, values of variables, hosts of images."""
    if isinstance(value, Mapping):
        return {name: _OWN[name](inner) if name in _OWN else anonymous(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [anonymous(inner) for inner in value]
    return _ACCOUNT_ID.sub(ACCOUNT.account_id, value) if isinstance(value, str) else value


def _values(pairs: Any) -> Any:
    return [{**each, "value": "value"} if each.get("value") else each for each in pairs]


def _image(reference: Any) -> Any:
    host, slash, rest = str(reference).partition("/")
    return f"registry.example/{rest}" if slash and "." in host else reference


_OWN = {"environment": _values, "image": _image}


def _paths(value: object, path: str) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{path}.{name}"
            yield from _paths(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{path}[]")


def page(found: Iterable[RealDocument]) -> str:
    """The page, as Markdown."""
    whole = [each for each in found if not each.has_variables]
    variables = [each for each in found if each.has_variables]
    return "\n".join(
        [
            _HEAD,
            *_table(
                ("documents", *VERDICTS, "all"), [_counted("complete", whole), _counted("with variables", variables)]
            ),
            "",
            "By what they are:",
            "",
            *_table(
                ("form", *VERDICTS, "all"),
                [_counted(form, [each for each in (*whole, *variables) if each.form == form]) for form in _forms()],
            ),
            "",
            "## Conditions",
            "",
            "How many of the accepted documents have each [condition](conditions.md); one can have several.",
            "",
            *_table(("condition", "documents"), _conditions((*whole, *variables))),
            "",
            "## What is refused",
            "",
            "With the class and the message of the API: each is what ECS itself says to such a document, or a member",
            "that the [verdicts](verdicts.md) refuse by name.",
            "",
            *_table(("document", "refused with"), [_refused(each) for each in whole if each.refusal]),
            "",
            "Of those with variables:",
            "",
            *_table(("document", "refused with"), [_refused(each) for each in variables if each.refusal]),
            "",
        ]
    )


_HEAD = """# What becomes of real documents

Task definitions that other people have published, each registered in an account that maps whatever they name. The
tests run them when the collection is beside the checkout (`../shared/corpus`); then `make generate` writes this page
and `make check` compares it. Every Pod of an accepted document is admitted by the API server under the Pod Security
Standard `privileged`, and under `restricted` if the account says `podSecurity: restricted` and the document asks for
nothing that this standard forbids. Documents with variables of some template, such as `${IMAGE}`, or with masked
account ids are counted apart: ECS refuses most of them until real values stand there.
"""


def _forms() -> list[str]:
    return list(dict.fromkeys(FORMS.values()))


def _counted(name: str, found: Iterable[RealDocument]) -> tuple[str, ...]:
    counts = Counter(each.verdict for each in found)
    return (name, *(str(counts[verdict]) for verdict in VERDICTS), str(counts.total()))


def _conditions(found: Iterable[RealDocument]) -> list[tuple[str, ...]]:
    counts = Counter(condition for each in found for condition in {one.condition for one in each.findings})
    return [(name, str(number)) for name, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]


def _refused(document: RealDocument) -> tuple[str, ...]:
    error = document.refusal
    return (f"`{document.file}`", f"{error.code}: {error.message}".replace("|", "\\|") if error else "")


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--check", type=Path)
    given = parser.parse_args(arguments)
    found = documents()
    if not found:
        print(f"docs/real-documents.md is left as it is: {ABSENT}")
        return 0
    text = page(found)
    if given.write:
        given.write.write_text(text, encoding="utf-8")
    elif given.check and given.check.read_text(encoding="utf-8") != text:
        print(f"{given.check}: not what `make generate` writes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
