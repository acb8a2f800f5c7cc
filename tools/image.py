"""Builds the image of the Dockerfile: with Docker where it runs, else with buildah over a base made of Debian packages.

python -m tools.image [--tag NAME] [--directory DIR]

Without Docker, the image is left as an OCI archive, DIR/kubecs.tar, which `ctr -n k8s.io images import` and
`skopeo copy oci-archive:` take. Beside it is a list of what is in it, DIR/kubecs.spdx.json. Needs root (buildah makes
its containers with chroot) and Debian's packages buildah and mmdebstrap.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import sbom, shim

PROJECT = Path(__file__).resolve().parents[1]
DIRECTORY = PROJECT / "build" / "image"
SUITE = "bookworm"
PACKAGES = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
BASE = "localhost/kubecs-base"
EPOCH = "1735689600"  # a time for every file, so that the same sources give the same image


class ImageError(RuntimeError):
    """No image was made; the message says why."""


class NoBuilderError(ImageError):
    """Nothing here can make one."""


def has_docker() -> bool:
    """Whether a Docker engine answers."""
    return shutil.which("docker") is not None and _run(["docker", "info"], check=False).returncode == 0


def build_with_docker(tag: str) -> None:
    """An ordinary build; the engine keeps the image."""
    _run(["docker", "build", "--tag", tag, str(PROJECT)])


def build_with_buildah(tag: str, directory: Path) -> Path:
    """Builds the archive and the list of what is in it, and returns the archive's path.

    Raises:
        NoBuilderError: a program is missing.
        ImageError: one failed.
    """
    missing = [name for name in ("buildah", "mmdebstrap") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        lacking = f"the programs {', '.join(missing)} (packages of Debian)" if missing else "root"
        raise NoBuilderError(f"there is no Docker engine here, and a build without one needs {lacking}")
    directory.mkdir(parents=True, exist_ok=True)
    _base(directory)
    _wheels(directory / "wheels")
    shim.build(directory / "shim" / "shim")
    _buildah("bud", *_arguments(directory), "--tag", tag, "--file", "Dockerfile", ".")
    archive = directory / "kubecs.tar"
    archive.unlink(missing_ok=True)
    _buildah("push", "--format", "oci", tag, f"oci-archive:{archive}:{tag}")
    packages = _packages(tag)
    (directory / "kubecs.spdx.json").write_text(json.dumps(sbom.document(tag, packages), indent=1) + "\n")
    return archive


def digest(archive: Path) -> str:
    """The digest of the one image in an OCI archive, which the same sources on the same base always give."""
    with tarfile.open(archive) as files, files.extractfile("index.json") or io.BytesIO() as index:
        (manifest,) = json.load(index)["manifests"]
    return str(manifest["digest"])


def ensure_archive() -> Path:
    """The archive in build/image, built when there is none or its sources are newer; one builder at a time.

    Raises:
        NoBuilderError: a program is missing.
        ImageError: one failed.
    """
    archive = DIRECTORY / "kubecs.tar"
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with (DIRECTORY / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return archive if is_current(archive) else build_with_buildah("kubecs:dev", DIRECTORY)


def is_current(archive: Path) -> bool:
    """Whether an archive is newer than all that an image is made from."""
    if not archive.exists():
        return False
    single = [PROJECT / name for name in ("Dockerfile", "pyproject.toml", "requirements-image.lock")]
    sources = [*single, *(PROJECT / "operator").rglob("*.py"), *(PROJECT / "shim").rglob("*.go")]
    return archive.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def _arguments(directory: Path) -> list[str]:
    """What takes the place of registries: the base, the shim, and the wheels that the lock names."""
    configuration = directory / "pip.conf"
    configuration.write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    return [
        "--isolation=chroot",
        "--layers=false",
        f"--timestamp={EPOCH}",
        f"--build-arg=BASE={BASE}",
        f"--build-context=shim={directory / 'shim'}",
        f"--volume={directory / 'wheels'}:/wheels:ro",
        f"--volume={configuration}:/etc/pip.conf:ro",
    ]


def _base(directory: Path) -> None:
    """The base image: Debian's smallest set of packages with Python."""
    archive = directory / "base.tar"
    if not archive.exists():
        partial = archive.with_name("partial.tar")
        wanted = [f"--include={','.join(PACKAGES)}", SUITE, str(partial)]
        _run(["mmdebstrap", "--variant=minbase", *wanted], environment={"SOURCE_DATE_EPOCH": EPOCH})
        partial.replace(archive)
    recipe = 'FROM scratch\nADD base.tar /\nCMD ["/bin/sh"]\n'
    (directory / "base.Dockerfile").write_text(recipe)
    where = ["--file", str(directory / "base.Dockerfile"), str(directory)]
    _buildah("bud", "--layers=false", f"--timestamp={EPOCH}", "--tag", BASE, *where)


def _wheels(directory: Path) -> None:
    """Exactly the packages of the image's lock, checked against their hashes."""
    lock = ["--require-hashes", "--requirement", str(PROJECT / "requirements-image.lock")]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    _run([*pip, *lock, "--dest", str(directory)])


def _packages(tag: str) -> list[sbom.Package]:
    """What the image says that is installed in it."""
    container = _buildah("from", tag).strip()
    try:
        root = Path(_buildah("mount", container).strip())
        return [*sbom.debian(root), *sbom.python(root)]
    finally:
        _buildah("rm", container)


def _buildah(*arguments: str) -> str:
    command, *rest = arguments
    return _run(["buildah", "--storage-driver=vfs", command, *rest]).stdout


def _run(
    command: Sequence[str], *, check: bool = True, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise ImageError(f"{' '.join(command[:4])} …:\n{(done.stdout + done.stderr)[-4000:]}")
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds, and says how large the result is; 1 and the reason where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m tools.image")
    parser.add_argument("--tag", default="kubecs:dev")
    parser.add_argument("--directory", type=Path, default=DIRECTORY)
    chosen = parser.parse_args(arguments)
    try:
        if has_docker():
            build_with_docker(chosen.tag)
            print(f"{chosen.tag} is in the Docker engine")
        else:
            archive = build_with_buildah(chosen.tag, chosen.directory.resolve())
            print(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB, {chosen.tag}, {digest(archive)}")
    except ImageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
