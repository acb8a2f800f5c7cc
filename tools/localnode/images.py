"""Container images made here: busybox with a few users, laid out as a registry serves them."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

HOST = "registry.test"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"

_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\n",
    "etc/nsswitch.conf": "hosts: files\npasswd: files\ngroup: files\n",
    "etc/group": "root:x:0:\napp:x:1000:\nextra:x:2000:app\n",
}
_DIRECTORIES = {"tmp": 0o1777, "root": 0o700, "home/app": 0o755, "proc": 0o755, "sys": 0o755, "dev": 0o755}
# Reaps whatever is left to it, as the first process of a Pod that shares process ids has to.
_PAUSE = ["/bin/sh", "-c", "while :; do sleep 86400 & wait $!; done"]


@dataclass(frozen=True)
class Image:
    """One image in the registry: `registry.test/<name>:<tag>`, or of any other registry, which ours stands for.

    Attributes:
        name: its repository.
        config: what the image says of itself: Entrypoint, Cmd, Env, User, WorkingDir, StopSignal.
        tag: its tag.
        program: it has this program, at the top, and nothing else; None: busybox and a few users.
    """

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    tag: str = "1"
    program: str | None = None


IMAGES = (
    Image("pause", {"Entrypoint": _PAUSE}),
    Image("busybox", {"Cmd": ["sh"]}),
    Image(
        "greeter",
        {
            "Entrypoint": ["echo", "entry point of the image"],
            "Cmd": ["command of the image"],
            "Env": ["PATH=/bin", "GREETING=from the image"],
            "User": "app",
            "WorkingDir": "/home/app",
        },
    ),
    Image("interrupted", {"StopSignal": "SIGINT"}),
    Image("fluent-bit", {"Entrypoint": ["/router"]}, program="router"),
    Image("library/kubecs", tag="dev", program="shim"),  # Docker Hub's name for kubecs:dev
)


def write_registry(directory: Path, busybox: Path, programs: Mapping[str, Path]) -> None:
    """Writes the images as files at the paths under which a registry serves them (`/v2/<name>/…`).

    Args:
        directory: where to.
        busybox: the static program.
        programs: by name, those that have an image of their own.
    """
    layers: dict[str | None, bytes] = {name: _program_layer(name, path) for name, path in programs.items()}
    layers[None] = _layer(busybox)
    for image in IMAGES:
        layer = layers[image.program]
        config = {
            "architecture": _architecture(),
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], **image.config},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
        text = json.dumps(config).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "digest": _digest(text), "size": len(text)},
            "layers": [{"mediaType": _LAYER, "digest": _digest(layer), "size": len(layer)}],
        }
        _write(directory / "v2" / image.name, image.tag, json.dumps(manifest).encode(), (text, layer))


def add_archive(directory: Path, archive: Path, name: str, tag: str = "1") -> None:
    """Lets a registry serve the image of an OCI archive as well, as `<name>:<tag>`."""
    repository = directory / "v2" / name
    with tarfile.open(archive) as opened:
        index = json.load(_member(opened, "index.json"))
        manifest = _member(opened, _blob(index["manifests"][0]["digest"])).read()
        parsed = json.loads(manifest)
        _write(repository, tag, manifest, ())
        for digest in (each["digest"] for each in (parsed["config"], *parsed["layers"])):
            with (repository / "blobs" / digest).open("wb") as target:
                shutil.copyfileobj(_member(opened, _blob(digest)), target)


def publish(directory: Path, name: str, environment: Mapping[str, str], tag: str = "1") -> str:
    """Lets a registry serve busybox with these variables as `<name>:<tag>`, in place of what that was; its digest."""
    busybox = directory / "v2" / "busybox"
    manifest = json.loads((busybox / "manifests" / "1").read_bytes())
    config = json.loads((busybox / "blobs" / manifest["config"]["digest"]).read_bytes())
    config["config"]["Env"] += [f"{key}={value}" for key, value in environment.items()]
    text = json.dumps(config).encode()
    manifest["config"] |= {"digest": _digest(text), "size": len(text)}
    layer = (busybox / "blobs" / manifest["layers"][0]["digest"]).read_bytes()
    written = json.dumps(manifest).encode()
    _write(directory / "v2" / name, tag, written, (text, layer))
    return _digest(written)


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _member(opened: tarfile.TarFile, name: str) -> IO[bytes]:
    found = opened.extractfile(name)
    if found is None:
        raise ValueError(f"the archive has no file {name}")
    return found


def digest_of(directory: Path, name: str) -> str:
    """The digest of an image's manifest, as `<repository>@<digest>` wants it."""
    return _digest((directory / "v2" / name / "manifests" / "1").read_bytes())


def _write(repository: Path, tag: str, manifest: bytes, blobs: tuple[bytes, ...]) -> None:
    for folder in ("manifests", "blobs"):
        (repository / folder).mkdir(parents=True, exist_ok=True)
    for reference in (tag, _digest(manifest)):
        (repository / "manifests" / reference).write_bytes(manifest)
    for blob in blobs:
        (repository / "blobs" / _digest(blob)).write_bytes(blob)


def _layer(busybox: Path) -> bytes:
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, mode in {"bin": 0o755, "etc": 0o755, "home": 0o755, **_DIRECTORIES}.items():
            archive.addfile(_entry(name, mode, tarfile.DIRTYPE))
        _add(archive, "bin/busybox", busybox.read_bytes(), 0o755)
        for name, text in _FILES.items():
            _add(archive, name, text.encode(), 0o644)
        for applet in applets:
            if applet != "busybox":
                link = _entry(f"bin/{applet}", 0o777, tarfile.SYMTYPE)
                link.linkname = "busybox"
                archive.addfile(link)
    return buffer.getvalue()


def _program_layer(name: str, path: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, name, path.read_bytes(), 0o755)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = _entry(name, mode, tarfile.REGTYPE)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _entry(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.type = mode, kind
    owner = 1000 if name == "home/app" else 0
    entry.uid = entry.gid = owner
    return entry


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _architecture() -> str:
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
