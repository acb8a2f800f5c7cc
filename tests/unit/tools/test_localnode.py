"""The parts of the local node that need neither root nor a kubelet: images, registry, configurations, groups."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tarfile
import tomllib
import urllib.request
from pathlib import Path

import pytest
import yaml

from tools.localcluster.components import Component
from tools.localcluster.process import free_port, start_time
from tools.localnode import cgroups, configuration, images
from tools.localnode.configuration import Setting
from tools.localnode.programs import PROGRAMS, MissingProgramError, find_programs

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry's files, made with a script that stands for busybox."""
    busybox, shim = tmp_path / "busybox", tmp_path / "program"
    busybox.write_text("#!/bin/sh\necho 'busybox\nsh\nls'\n")
    busybox.chmod(0o755)
    shim.write_bytes(b"shim")
    images.write_registry(tmp_path / "registry", busybox, {"shim": shim, "router": shim})
    return tmp_path / "registry"


def test_images_are_whole_and_named_by_their_digests(registry: Path) -> None:
    repository = registry / "v2" / "greeter"
    manifest = json.loads((repository / "manifests" / "1").read_bytes())
    for blob in (manifest["config"], *manifest["layers"]):
        content = (repository / "blobs" / blob["digest"]).read_bytes()
        assert len(content) == blob["size"]
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == blob["digest"]
    config = json.loads((repository / "blobs" / manifest["config"]["digest"]).read_bytes())
    assert config["config"]["User"] == "app"
    layer = (repository / "blobs" / manifest["layers"][0]["digest"]).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        assert archive.getmember("bin/ls").linkname == "busybox"
        assert archive.getmember("home/app").uid == 1000
    assert (repository / "manifests" / images.digest_of(registry, "greeter")).exists()


def test_registry_serves_manifests_with_type_and_digest(registry: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/v2/library/kubecs/manifests/dev?ns=docker.io"

    def answers() -> bool:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            return False
        return True

    command: list[str | Path] = ["env", f"PYTHONPATH={PROJECT}", sys.executable, "-m", "tools.localnode.registry"]
    served = Component("registry", [*command, registry, str(port)], tmp_path / "log", answers)
    served.start()
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert answer.headers["Content-Type"] == "application/vnd.oci.image.manifest.v1+json"
            digest = hashlib.sha256(answer.read()).hexdigest()
        assert answer.headers["Docker-Content-Digest"] == f"sha256:{digest}"
    finally:
        served.kill()


def test_configurations_can_be_read(tmp_path: Path) -> None:
    proxy = tmp_path / "kube-proxy.kubeconfig"
    setting = Setting(tmp_path, "group", tmp_path / "ca", tmp_path / "crt", tmp_path / "key", {"kube-proxy": proxy})
    configuration.write_all(setting)
    containerd = tomllib.loads((tmp_path / "containerd.toml").read_text())
    runtime = containerd["plugins"]["io.containerd.cri.v1.runtime"]
    assert runtime["containerd"]["runtimes"]["runc"]["options"]["BinaryName"] == str(tmp_path / "bin" / "runc")
    assert yaml.safe_load((tmp_path / "kubelet.yaml").read_text())["cgroupRoot"] == "/group"
    assert json.loads((tmp_path / "cni" / "10-bridge.conflist").read_text())["plugins"][0]["type"] == "bridge"
    tomllib.loads((tmp_path / "hosts" / "_default" / "hosts.toml").read_text())


def test_only_abandoned_groups_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda kind: [tmp_path] if kind == "cgroup" else [])
    (tmp_path / "cpuset.cpus").write_text("0-1")
    pid = os.getpid()
    mine = tmp_path / f"kubecs-node-{pid}-{start_time(pid)}-1"
    dead = tmp_path / f"kubecs-node-{pid}-1-1"
    for group in (mine, dead / "pod" / "container"):
        group.mkdir(parents=True)
    made = tmp_path / cgroups.make_group()
    assert made.is_dir()
    assert mine.is_dir()
    assert not dead.exists()
    cgroups.remove_group(made.name)
    assert not made.exists()


def test_missing_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("tools.localnode.programs._installed", lambda _: None)
    with pytest.raises(MissingProgramError, match=rf"{PROGRAMS[0].name} is not installed"):
        find_programs()


def test_image_of_an_oci_archive_is_served_too(registry: Path, tmp_path: Path) -> None:
    blobs = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("config", "layer")}
    references = {name: {"digest": f"sha256:{digest}"} for name, digest in blobs.items()}
    manifest = json.dumps({"config": references["config"], "layers": [references["layer"]]})
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    files = {f"blobs/sha256/{blobs[name]}": name for name in blobs} | {f"blobs/sha256/{digest}": manifest}
    files["index.json"] = json.dumps({"manifests": [{"digest": f"sha256:{digest}"}]})
    with tarfile.open(tmp_path / "archive.tar", "w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    images.add_archive(registry, tmp_path / "archive.tar", "kubecs")
    repository = registry / "v2" / "kubecs"
    for reference in ("1", f"sha256:{digest}"):
        assert (repository / "manifests" / reference).read_text() == manifest
    assert (repository / "blobs" / f"sha256:{blobs['layer']}").read_text() == "layer"
