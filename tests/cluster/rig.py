"""What the cluster tests hold in their hands: kubectl, the operator's process, and waiting for a condition."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tools.localcluster import LocalCluster
from tools.localcluster.api import ApiError
from tools.localcluster.process import free_port, spawn

PROJECT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.05

Document = Mapping[str, Any]
T = TypeVar("T")


class NotInTimeError(AssertionError):
    """A condition did not come true in time."""


def wait_for(condition: Callable[[], T], timeout: float = 30.0, message: str = "") -> T:
    """Polls until the condition is true, and returns what it gave; an AssertionError in it counts as "not yet".

    Raises:
        NotInTimeError: still not true after `timeout` seconds; says what was seen last.
    """
    deadline = time.monotonic() + timeout
    while True:
        value, seen = _look(condition)
        if value:
            return value
        if time.monotonic() > deadline:
            raise NotInTimeError(
                f"{message or inspect.getsource(condition).strip()}: not after {timeout:g} s; saw {seen}"
            )
        time.sleep(POLL_SECONDS)


def _look(condition: Callable[[], T]) -> tuple[T | None, str]:
    try:
        value = condition()
    except AssertionError as error:
        return None, str(error) or "a failed assertion"
    return value, repr(value)


async def wait_for_async(
    condition: Callable[[], T | Awaitable[T]],
    timeout: float = 30.0,  # noqa: ASYNC109 -- the message says what was waited for
    message: str = "",
) -> T:
    """The same for async tests; the condition may be a coroutine function.

    Raises:
        NotInTimeError: still not true after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        value = await found if inspect.isawaitable(found) else found
        if value:
            return value
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{message or 'condition'}: not after {timeout:g} s; saw {value!r}")
        await asyncio.sleep(POLL_SECONDS)


@dataclass(frozen=True)
class Kubectl:
    """Short forms of what a person does with kubectl, in the test's namespace unless another one is named.

    Applying and being refused go through the real kubectl; looking, which tests do over and over, asks the API.
    """

    cluster: LocalCluster
    namespace: str

    def __call__(self, *arguments: str, input: str | None = None, check: bool = True) -> str:  # noqa: A002
        """Runs kubectl in the namespace and returns its output."""
        return self.cluster.kubectl("-n", self.namespace, *arguments, input=input, check=check)

    def apply(self, document: str | Document | Sequence[Document], namespace: str | None = None) -> str:
        """Server-side apply of YAML text, one document, or several."""
        command = ("apply", "--server-side", "--force-conflicts", "-n", namespace or self.namespace, "-f", "-")
        return self.cluster.kubectl(*command, input=_as_text(document))

    def refused(self, document: str | Document | Sequence[Document], namespace: str | None = None) -> str:
        """Asserts that the API server refuses the documents and returns what kubectl printed."""
        try:
            output = self.apply(document, namespace)
        except RuntimeError as error:
            return str(error)
        raise AssertionError(f"not refused: {output}")

    def get(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
        """One object.

        Raises:
            ApiError: there is none (`status` 404).
        """
        return self.cluster.api.call("GET", self._path(kind, name, namespace))

    def find(self, kind: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        """One object, or None where there is none."""
        try:
            return self.get(kind, name, namespace)
        except ApiError as error:
            if error.status != 404:
                raise
            return None

    def list(self, kind: str, selector: str = "", namespace: str | None = None) -> list[dict[str, Any]]:
        """All objects of a kind that a label selector matches, oldest first."""
        query = f"?labelSelector={urllib.parse.quote(selector)}" if selector else ""
        items: list[dict[str, Any]] = self.cluster.api.call("GET", self._path(kind, None, namespace) + query)["items"]
        return sorted(items, key=lambda item: int(item["metadata"]["resourceVersion"]))

    def patch(
        self, kind: str, name: str, body: Document, *, subresource: str | None = None, namespace: str | None = None
    ) -> dict[str, Any]:
        """Merge patch of one object or one of its subresources; returns the new object."""
        path = self._path(kind, name, namespace, subresource)
        return self.cluster.api.call("PATCH", path, body, "application/merge-patch+json")

    def annotate(self, kind: str, name: str, **annotations: str | None) -> None:
        """Sets annotations of kwok's (`exit_codes` is `play.kwok/exit-codes`); None removes one."""
        notes = {f"play.kwok/{key.replace('_', '-')}": value for key, value in annotations.items()}
        self.patch(kind, name, {"metadata": {"annotations": notes}})

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        """Deletes one object in the background, without waiting."""
        self.cluster.api.call("DELETE", self._path(kind, name, namespace))

    def _path(self, kind: str, name: str | None, namespace: str | None = None, subresource: str | None = None) -> str:
        return self.cluster.api.resource(kind).path(namespace or self.namespace, name, subresource)


def _as_text(document: str | Document | Sequence[Document]) -> str:
    if isinstance(document, str):
        return document
    documents = [document] if isinstance(document, Mapping) else document
    return yaml.safe_dump_all([json.loads(json.dumps(entry)) for entry in documents])


@dataclass
class OperatorProcess:
    """The operator as a process of its own, with the rights of the chart's ClusterRole.

    Attributes:
        kubeconfig: the operator's identity.
        directory: where its logs go, one file for each start.
        identity: distinguishes replicas that run beside each other.
    """

    kubeconfig: Path
    directory: Path
    identity: str = "a"
    health_port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _started_with: tuple[Any, ...] | None = field(default=None, init=False, repr=False)
    _starts: int = field(default=0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log_path(self) -> Path:
        """The log of the latest start."""
        return self.directory / f"operator-{self.identity}-{self._starts}.log"

    @property
    def log(self) -> str:
        """All that it has logged since its latest start."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        kubeconfig: Path | None = None,
        ready: bool = True,
    ) -> None:
        """Starts it, with further arguments (a later flag wins) and environment, and waits until it is ready."""
        assert self.pid is None, "the operator runs already"
        self._starts += 1
        fixed = {
            "kubeconfig": kubeconfig or self.kubeconfig,
            "health-port": self.health_port,
            "metrics-port": self.metrics_port,
            "steady-seconds": 0,
        }
        flags = [f"--{name}={value}" for name, value in fixed.items()]
        command = [sys.executable, "-m", "kubecs.cli.main", "operator", *flags, *arguments]
        environment = os.environ | {"PYTHONPATH": str(PROJECT / "operator"), "PYTHONUNBUFFERED": "1"} | dict(env or {})
        self._process = spawn(command, self.log_path, env=environment)
        self._started_with = (arguments, env, kubeconfig)
        if ready:
            self.wait_ready()

    def ensure_default(self) -> None:
        """Has it running with no overrides: what a test finds at its beginning, whatever the one before did."""
        if self._started_with != ((), None, None):
            self.kill()
        elif self.pid is not None:  # it may have lost its Lease, while the API server was away, and be about to end
            wait_for(lambda: self.pid is None or self._leads(), 30, "the operator leads, or has ended")
        if self.pid is None:
            self.start()

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Waits until /readyz answers 200.

        Raises:
            NotInTimeError: it ended, or is not ready in time; the message holds its log.
        """
        try:
            wait_for(lambda: self.pid is None or self.probe("readyz"), timeout, "operator ready")
        except NotInTimeError as error:
            raise NotInTimeError(f"{error}\n{self.log[-4000:]}") from None
        if self.pid is None:
            raise NotInTimeError(f"the operator ended with {self.wait()}\n{self.log[-4000:]}")

    def probe(self, path: str) -> bool:
        """Whether one of healthz and readyz answers 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/{path}", timeout=5):
                return True
        except OSError:
            return False

    def _leads(self) -> bool:
        """Whether /readyz says that it holds the Lease."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/readyz", timeout=5) as answer:
                return bool(answer.read().strip() == b"leading")
        except OSError:
            return False

    def metrics(self) -> str:
        """One scrape."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            text: str = answer.read().decode()
        return text

    def kill(self) -> None:
        """SIGKILL: what a crash is like."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def terminate(self, timeout: float = 10.0) -> int:
        """SIGTERM; returns the exit code, negative for a signal.

        Raises:
            TimeoutExpired: it did not end in time.
        """
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout)

    def wait(self, timeout: float = 10.0) -> int:
        """Waits for its end and returns the exit code."""
        assert self._process is not None
        return self._process.wait(timeout)
