"""The shim: its own tests, its size, and that nothing of the image's is needed to run it."""

import subprocess
from pathlib import Path

import pytest

from tools.binaries import Compiler, NoGoError
from tools.shim import NEEDED_GO, SOURCE, build, environment

HIGHEST_SIZE = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def go() -> str:
    try:
        return str(Compiler.find(NEEDED_GO).path)
    except NoGoError as error:
        pytest.skip(str(error))


def test_its_own_tests_pass(go: str) -> None:
    command = [go, "test", "-timeout", "120s", "./..."]
    ran = subprocess.run(command, cwd=SOURCE, env=environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_it_is_vetted(go: str) -> None:
    ran = subprocess.run(
        [go, "vet", "./..."], cwd=SOURCE, env=environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_it_is_small_and_static(go: str, tmp_path: Path) -> None:
    assert go
    shim = build(tmp_path / "shim")
    content = shim.read_bytes()
    assert len(content) < HIGHEST_SIZE
    assert b"ld-linux" not in content
    assert b"ld-musl" not in content
    ran = subprocess.run([str(shim), "run", "--", "/bin/sh", "-c", "exit 3"], env={}, check=False)
    assert ran.returncode == 3
