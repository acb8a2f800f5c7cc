"""Looking at rendered objects."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def one(documents: list[Document], kind: str, name: str | None = None) -> Document:
    """The one object of a kind, or of a kind and a name."""
    (found,) = (each for each in documents if each["kind"] == kind and name in (None, each["metadata"]["name"]))
    return found


def kinds(documents: list[Document]) -> set[str]:
    """All kinds."""
    return {each["kind"] for each in documents}


def at(document: Any, path: str) -> Any:
    """What is at a path such as `spec.template.spec.containers.0.image`; None where there is nothing."""
    for member in path.split("."):
        if isinstance(document, list):
            document = document[int(member)] if int(member) < len(document) else None
        elif isinstance(document, dict):
            document = document.get(member.replace("~", "."))
    return document


def pod(documents: list[Document]) -> Any:
    """The Pod of the operator's Deployment."""
    return one(documents, "Deployment")["spec"]["template"]


def container(documents: list[Document]) -> Any:
    """Its one container."""
    (found,) = pod(documents)["spec"]["containers"]
    return found
