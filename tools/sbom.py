"""A software bill of materials in SPDX 2.3: the Debian and Python packages that are installed below a directory."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Package:
    """One installed package.

    Attributes:
        name: as its ecosystem calls it.
        version: likewise.
        kind: of its package URL: deb or pypi.
        license: an SPDX expression, or NOASSERTION.
    """

    name: str
    version: str
    kind: str
    license: str = "NOASSERTION"

    @property
    def url(self) -> str:
        """Its package URL."""
        distribution = "debian/" if self.kind == "deb" else ""
        return f"pkg:{self.kind}/{distribution}{self.name.lower()}@{self.version}"


def debian(root: Path) -> Iterator[Package]:
    """The packages that dpkg has installed."""
    status = root / "var" / "lib" / "dpkg" / "status"
    for entry in status.read_text().split("\n\n"):
        fields = HeaderParser().parsestr(entry)
        if (fields["Status"] or "").endswith("installed"):
            yield Package(fields["Package"], fields["Version"], "deb")


def python(root: Path) -> Iterator[Package]:
    """The packages of the image's own Python environment."""
    for metadata in sorted((root / "opt" / "kubecs").glob("lib/python3*/site-packages/*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(metadata.read_text())
        expression = fields["License-Expression"] or "NOASSERTION"
        yield Package(fields["Name"], fields["Version"], "pypi", expression)


def document(image: str, packages: Iterable[Package]) -> dict[str, Any]:
    """The SPDX document of an image; the same packages give the same document."""
    found = sorted(set(packages))
    digest = hashlib.sha256(json.dumps([package.url for package in found]).encode()).hexdigest()
    entries = [_entry(package) for package in found]
    whole = {"name": image, "SPDXID": "SPDXRef-image", "downloadLocation": "NOASSERTION", "filesAnalyzed": False}
    contained = [
        {"spdxElementId": "SPDXRef-image", "relationshipType": "CONTAINS", "relatedSpdxElement": each["SPDXID"]}
        for each in entries
    ]
    described = {
        "spdxElementId": "SPDXRef-DOCUMENT",
        "relationshipType": "DESCRIBES",
        "relatedSpdxElement": "SPDXRef-image",
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": image,
        "documentNamespace": f"https://kubecs.dev/spdx/{digest}",
        "creationInfo": {"created": "2025-01-01T00:00:00Z", "creators": ["Tool: kubecs-tools-sbom"]},
        "packages": [whole, *entries],
        "relationships": [described, *contained],
    }


def _entry(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{package.kind}-{package.name}"),
        "versionInfo": package.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": package.license,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.url}
        ],
    }
