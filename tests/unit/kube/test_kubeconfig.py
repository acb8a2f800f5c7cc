"""kubeconfig files, as kubectl reads them."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubecs.kube.kubeconfig import Access, Choice, KubeconfigError, load, merged

PEM = b"-----BEGIN CERTIFICATE-----\n"


def document(**user: Any) -> dict[str, Any]:
    cluster = {"server": "https://one:6443/", "certificate-authority-data": base64.b64encode(PEM).decode()}
    contexts = [
        {"name": "a", "context": {"cluster": "one", "user": "me", "namespace": "shop"}},
        {"name": "b", "context": {"cluster": "one", "user": "me"}},
    ]
    return {
        "current-context": "a",
        "clusters": [{"name": "one", "cluster": cluster}],
        "users": [{"name": "me", "user": user}, {"name": "you", "user": {"token": "yours"}}],
        "contexts": contexts,
    }


def written(path: Path, content: dict[str, Any]) -> str:
    path.write_text(yaml.safe_dump(content))
    return str(path)


def test_the_current_context(tmp_path: Path) -> None:
    path = written(tmp_path / "config", document(token="mine"))
    assert load(Choice(path), {}) == Access(
        server="https://one:6443", namespace="shop", authority=PEM, authorization="Bearer mine"
    )


def test_flags_win(tmp_path: Path) -> None:
    path = written(tmp_path / "config", document(token="mine"))
    found = load(Choice(path, context="b"), {})
    assert (found.namespace, found.authorization) == ("default", "Bearer mine")
    found = load(Choice(path, user="you", namespace="other"), {})
    assert (found.namespace, found.authorization) == ("other", "Bearer yours")


def test_of_several_files_the_first_that_names_an_entry_wins(tmp_path: Path) -> None:
    first, second = document(token="first"), document(token="second")
    del first["current-context"]
    first["contexts"].pop(0)
    paths = [written(tmp_path / "1", first), written(tmp_path / "2", second)]
    found = load(Choice(), {"KUBECONFIG": ":".join([*paths, str(tmp_path / "not there")])})
    assert (found.namespace, found.authorization) == ("shop", "Bearer first")
    assert merged([Path(path) for path in paths])["current-context"] == "a"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file\n")
    (tmp_path / "crt").write_bytes(b"crt")
    (tmp_path / "key").write_bytes(b"key")
    user = {"tokenFile": "token", "client-certificate": "crt", "client-key": "key"}
    found = load(Choice(written(tmp_path / "config", document(**user))), {})
    assert (found.authorization, found.certificate, found.key) == ("Bearer from a file", b"crt", b"key")


def test_a_password(tmp_path: Path) -> None:
    found = load(Choice(written(tmp_path / "config", document(username="me", password="secret"))), {})
    assert found.authorization == "Basic " + base64.b64encode(b"me:secret").decode()


def test_a_credential_plugin_is_run(tmp_path: Path) -> None:
    program = tmp_path / "login"
    status = {"status": {"token": "$WHO", "clientCertificateData": "crt", "clientKeyData": "key"}}
    program.write_text(f"#!/bin/sh\ncat <<END\n{json.dumps(status)}\nEND\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "provideClusterInfo": True}
    path = written(tmp_path / "config", document(exec=plugin | {"env": [{"name": "WHO", "value": "plugin"}]}))
    found = load(Choice(path), {})
    assert (found.authorization, found.certificate, found.key) == ("Bearer plugin", b"crt", b"key")
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(KubeconfigError, match=r"the credential plugin .* failed"):
        load(Choice(path), {})


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(context="c"), "has no context c"),
        (Choice(user="nobody"), "has no user nobody"),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, choice: Choice, words: str) -> None:
    path = written(tmp_path / "config", document(token="mine"))
    with pytest.raises(KubeconfigError, match=words):
        load(Choice(path, choice.context, choice.user), {})


def test_no_file_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="is not there"):
        load(Choice(str(tmp_path / "config")), {})
    for text in ("[", "- a\n", "{"):
        (tmp_path / "config").write_text(text)
        with pytest.raises(KubeconfigError, match="is no kubeconfig"):
            load(Choice(str(tmp_path / "config")), {})
    (tmp_path / "config").write_text("{}")
    with pytest.raises(KubeconfigError, match="names no context"):
        load(Choice(str(tmp_path / "config")), {})


def test_inside_a_pod_its_own_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubecs.kube.kubeconfig.MOUNTED", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    inside = {"KUBERNETES_SERVICE_HOST": "::1", "KUBERNETES_SERVICE_PORT": "443"}
    with pytest.raises(KubeconfigError, match="mounts no token"):
        load(Choice(), inside)
    for name, text in (("token", "t"), ("namespace", "home"), ("ca.crt", PEM.decode())):
        (tmp_path / name).write_text(text)
    assert load(Choice(), inside) == Access("https://[::1]:443", "home", PEM, authorization="Bearer t")
