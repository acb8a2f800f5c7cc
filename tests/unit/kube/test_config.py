"""Credentials: where they come from, and that they stay fresh."""

import json
import stat
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from kubecs.kube import config
from kubecs.kube.clock import wall_clock
from kubecs.kube.config import NoConfiguration, incluster_config


def kubeconfig(path: Path, user: dict[str, object], **cluster: object) -> str:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "one",
        "clusters": [{"name": "c", "cluster": {"server": "https://host.example:6443", **cluster}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [
            {"name": "one", "context": {"cluster": "c", "user": "u"}},
            {"name": "two", "context": {"cluster": "c", "user": "u", "namespace": "second"}},
        ],
    }
    path.write_text(yaml.safe_dump(document))
    return str(path)


class Hands:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (incluster_config.SERVICE_HOST_ENV_NAME, incluster_config.SERVICE_PORT_ENV_NAME, "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


async def test_contexts(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", {"token": "t"}, **{"insecure-skip-tls-verify": True})
    first = await config.load(path)
    second = await config.load(path, "two")
    assert (first.server, first.namespace, first.insecure) == ("https://host.example:6443", "default", True)
    assert second.namespace == "second"
    assert await first.authorization() == "Bearer t"
    assert await first.token() == "t"


async def test_a_token_file_is_read_again_after_a_minute(tmp_path: Path, clock: Hands) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    connection = await config.load(kubeconfig(tmp_path / "config", {"tokenFile": str(token)}), clock=clock)
    token.write_text("second")
    clock.now = 59
    assert await connection.token() == "first"
    clock.now = 60
    assert await connection.token() == "second"


async def test_a_refused_token_is_read_again_at_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    connection = await config.load(kubeconfig(tmp_path / "config", {"tokenFile": str(token)}))
    token.write_text("second")
    await connection.reload(refused=True)
    assert await connection.token() == "second"


async def test_what_cannot_be_read_again_leaves_the_old_token(
    tmp_path: Path, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    connection = await config.load(kubeconfig(tmp_path / "config", {"tokenFile": str(token)}), clock=clock)
    token.unlink()
    clock.now = 60
    assert await connection.token() == "first"
    assert "old ones stay in use" in caplog.text
    token.write_text("second")
    clock.now = 70
    assert await connection.token() == "second"


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[[timedelta], str]:
    """Makes an exec plugin whose tokens count its runs and expire after a time."""

    def make(life: timedelta) -> str:
        counter = tmp_path / "runs"
        expires = (wall_clock() + life).isoformat()
        status = {"expirationTimestamp": expires}
        script = tmp_path / "plugin"
        script.write_text(
            f"#!{sys.executable}\nimport json, pathlib\n"
            f"runs = pathlib.Path({str(counter)!r})\n"
            "count = int(runs.read_text()) + 1 if runs.exists() else 1\n"
            "runs.write_text(str(count))\n"
            f"status = {{**{json.dumps(status)}, 'token': f'run-{{count}}'}}\n"
            "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',"
            " 'status': status}))\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        user = {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": str(script),
                "interactiveMode": "Never",
            }
        }
        return kubeconfig(tmp_path / "config", user)

    return make


async def test_an_exec_plugin_runs_again_only_when_its_token_expires(
    plugin: Callable[[timedelta], str], clock: Hands
) -> None:
    connection = await config.load(plugin(timedelta(hours=1)), clock=clock)
    clock.now = 60
    assert await connection.token() == "run-1"
    await connection.reload(refused=True)
    assert await connection.token() == "run-2"


async def test_an_expiring_token_of_an_exec_plugin_is_renewed(plugin: Callable[[timedelta], str], clock: Hands) -> None:
    connection = await config.load(plugin(timedelta(seconds=30)), clock=clock)
    clock.now = 60
    assert await connection.token() == "run-2"


async def test_in_the_cluster(tmp_path: Path, clock: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    token, authority, namespace = tmp_path / "token", tmp_path / "ca.crt", tmp_path / "namespace"
    token.write_text("mounted\n")
    authority.write_text("pem")
    namespace.write_text("kubecs-system")
    monkeypatch.setenv(incluster_config.SERVICE_HOST_ENV_NAME, "fd00::1")
    monkeypatch.setenv(incluster_config.SERVICE_PORT_ENV_NAME, "443")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(authority))
    monkeypatch.setattr(config, "NAMESPACE_FILE", str(namespace))
    connection = await config.load(clock=clock)
    assert (connection.server, connection.namespace) == ("https://[fd00::1]:443", "kubecs-system")
    assert connection.ca_data == b"pem"
    assert await connection.token() == "mounted"
    token.write_text("rotated\n")
    clock.now = 60
    assert await connection.token() == "rotated"


@pytest.mark.parametrize("content", [None, "", "clusters: []\ncontexts: []\nusers: []\ncurrent-context: none\n"])
async def test_no_usable_kubeconfig(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    with pytest.raises(NoConfiguration):
        await config.load(str(path))


async def test_the_proxy_of_the_environment_is_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost")
    path = kubeconfig(tmp_path / "config", {"token": "t"})
    assert (await config.load(path)).proxy == "http://proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", "host.example")
    assert (await config.load(path)).proxy is None
    path = kubeconfig(tmp_path / "config", {"token": "t"}, **{"proxy-url": "http://own.example:1"})
    assert (await config.load(path)).proxy == "http://own.example:1"
