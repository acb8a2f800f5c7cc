"""Reads kubeconfig files as kubectl does, for commands that a person runs: quick to import, without an event loop.

The operator's own way to log in is kubecs.kube.config, which keeps credentials fresh for as long as it runs.
"""

import base64
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MOUNTED = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
_SECTIONS = ("clusters", "users", "contexts")

Entry = Mapping[str, Any]


class KubeconfigError(Exception):
    """There is no kubeconfig, or it does not say where to go or who is asking."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line says, each None where it says nothing."""

    kubeconfig: str | None = None
    context: str | None = None
    user: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API server is, and who is asking.

    Attributes:
        server: Base URL without a trailing slash.
        namespace: Namespace that commands are about.
        authority: PEM of the authority that signs the server's certificate; None for the system's.
        insecure: The server's certificate is not verified.
        server_name: Name to expect in the certificate, where it is not the URL's host.
        proxy: URL of an HTTP proxy, or None.
        authorization: The Authorization header, or None.
        certificate: PEM of the client certificate, or None.
        key: PEM of its key, or None.
    """

    server: str
    namespace: str
    authority: bytes | None = None
    insecure: bool = False
    server_name: str | None = None
    proxy: str | None = None
    authorization: str | None = None
    certificate: bytes | None = None
    key: bytes | None = None


def load(choice: Choice, environment: Mapping[str, str] = os.environ) -> Access:
    """The access that the flags, KUBECONFIG and ~/.kube/config give; inside a Pod without them, that of the Pod.

    Raises:
        KubeconfigError: None of them does.
    """
    paths = _paths(choice, environment)
    found = [path for path in paths if path.is_file()]
    if not found:
        if choice.kubeconfig is None and environment.get("KUBERNETES_SERVICE_HOST"):
            return _mounted(choice, environment)
        raise KubeconfigError(f"no kubeconfig: {', '.join(map(str, paths))} is not there")
    return _access(merged(found), choice)


def _paths(choice: Choice, environment: Mapping[str, str]) -> list[Path]:
    text = choice.kubeconfig or environment.get("KUBECONFIG")
    if text:
        return [Path(part).expanduser() for part in text.split(os.pathsep) if part]
    return [Path("~/.kube/config").expanduser()]


def merged(paths: Sequence[Path]) -> dict[str, Any]:
    """Several files as one: the first that names an entry, or the current context, wins."""
    whole: dict[str, Any] = {section: {} for section in _SECTIONS}
    for path in paths:
        document = _read(path)
        whole.setdefault("current-context", "")
        whole["current-context"] = whole["current-context"] or document.get("current-context") or ""
        for section in _SECTIONS:
            for entry in document.get(section) or ():
                body = dict(entry.get(section[:-1]) or {}) | {"directory": str(path.parent)}
                whole[section].setdefault(entry["name"], body)
    return whole


def _read(path: Path) -> Mapping[str, Any]:
    text = path.read_bytes()
    try:
        document = json.loads(text) if text.lstrip().startswith(b"{") else yaml.load(text, _LOADER)  # noqa: S506 - safe
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise KubeconfigError(f"{path} is no kubeconfig: {error}") from error
    if not isinstance(document, dict):
        raise KubeconfigError(f"{path} is no kubeconfig")
    return document


def _access(whole: Mapping[str, Any], choice: Choice) -> Access:
    context = _entry(whole, "contexts", choice.context or whole["current-context"])
    cluster = _entry(whole, "clusters", context.get("cluster"))
    user = _entry(whole, "users", choice.user or context.get("user")) if choice.user or context.get("user") else {}
    if not cluster.get("server"):
        raise KubeconfigError(f"the cluster {context.get('cluster')} names no server")
    if user.get("exec"):
        user = {**user, **_from_plugin(user, cluster)}
    return Access(
        server=cluster["server"].rstrip("/"),
        namespace=choice.namespace or context.get("namespace") or "default",
        authority=_content(cluster, "certificate-authority"),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        server_name=cluster.get("tls-server-name"),
        proxy=cluster.get("proxy-url"),
        authorization=_authorization(user),
        certificate=_content(user, "client-certificate"),
        key=_content(user, "client-key"),
    )


def _entry(whole: Mapping[str, Any], section: str, name: str | None) -> Entry:
    found: Entry | None = whole[section].get(name) if name else None
    if found is None:
        what = section[:-1]
        raise KubeconfigError(f"the kubeconfig has no {what} {name}" if name else f"the kubeconfig names no {what}")
    return found


def _content(entry: Entry, name: str) -> bytes | None:
    data, path = entry.get(f"{name}-data"), entry.get(name)
    if data:
        return base64.b64decode(data)
    return (Path(entry["directory"]) / path).read_bytes() if path else None


def _authorization(user: Entry) -> str | None:
    token = user.get("token")
    if not token and user.get("tokenFile"):
        token = (Path(user["directory"]) / user["tokenFile"]).read_text(encoding="utf-8").strip()
    if token:
        return f"Bearer {token}"
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password', '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
    return None


def _from_plugin(user: Entry, cluster: Entry) -> Entry:
    """Credentials of an exec plugin, as the members of a user."""
    plugin = user["exec"]
    asked: dict[str, Any] = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {}}
    if plugin.get("provideClusterInfo"):
        asked["spec"]["cluster"] = {name: value for name, value in cluster.items() if name != "directory"}
    given = {each["name"]: each["value"] for each in plugin.get("env") or ()}
    environment = {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    command = [plugin["command"], *(plugin.get("args") or ())]
    try:
        ran = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603 - the user's own
        status = json.loads(ran.stdout)["status"]
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
        raise KubeconfigError(f"the credential plugin {plugin['command']} failed: {error}") from error
    pems = {
        f"{ours}-data": base64.b64encode(status[theirs].encode()).decode()
        for ours, theirs in (("client-certificate", "clientCertificateData"), ("client-key", "clientKeyData"))
        if status.get(theirs)
    }
    return {"token": status.get("token")} | pems


def _mounted(choice: Choice, environment: Mapping[str, str]) -> Access:
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    try:
        token = (MOUNTED / "token").read_text(encoding="utf-8").strip()
        home = (MOUNTED / "namespace").read_text(encoding="utf-8").strip()
        authority = (MOUNTED / "ca.crt").read_bytes()
    except OSError as error:
        raise KubeconfigError(f"no kubeconfig, and this Pod mounts no token: {error}") from error
    return Access(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=choice.namespace or home or "default",
        authority=authority,
        authorization=f"Bearer {token}",
    )
