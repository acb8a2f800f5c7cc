"""The image is made without Docker too, and says what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import image, sbom
from tools.sbom import Package

STATUS = """\
Package: libc6
Status: install ok installed
Version: 2.36-9

Package: gone
Status: deinstall ok config-files
Version: 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root file system of one Debian package and one Python package."""
    dpkg = tmp_path / "var" / "lib" / "dpkg"
    dpkg.mkdir(parents=True)
    (dpkg / "status").write_text(STATUS)
    installed = tmp_path / "opt" / "kubecs" / "lib" / "python3.11" / "site-packages" / "aiohttp-3.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: aiohttp\nVersion: 3\nLicense-Expression: MIT\n\nText"
    )
    return tmp_path


def test_packages_are_those_that_are_installed(root: Path) -> None:
    assert list(sbom.debian(root)) == [Package("libc6", "2.36-9", "deb")]
    assert list(sbom.python(root)) == [Package("aiohttp", "3", "pypi", "MIT")]


def test_document_is_spdx_and_the_same_for_the_same_packages(root: Path) -> None:
    packages = [*sbom.debian(root), *sbom.python(root)]
    found = sbom.document("kubecs:dev", packages)
    assert found == sbom.document("kubecs:dev", reversed(packages))
    assert (found["spdxVersion"], found["SPDXID"], found["dataLicense"]) == ("SPDX-2.3", "SPDXRef-DOCUMENT", "CC0-1.0")
    ids = {each["SPDXID"] for each in found["packages"]}
    assert {"SPDXRef-image", "SPDXRef-deb-libc6", "SPDXRef-pypi-aiohttp"} == ids
    assert {each["relatedSpdxElement"] for each in found["relationships"]} == ids
    urls = [each["externalRefs"][0]["referenceLocator"] for each in found["packages"][1:]]
    assert urls == ["pkg:pypi/aiohttp@3", "pkg:deb/debian/libc6@2.36-9"]


def test_missing_programs_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not image.has_docker()
    with pytest.raises(image.ImageError, match="buildah, mmdebstrap"):
        image.build_with_buildah("kubecs:dev", tmp_path / "image")
