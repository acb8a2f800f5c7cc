"""The synchronous client, against an HTTP server that answers as told and notes what it is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kubecs.kube import errors, resources
from kubecs.kube.direct import Direct, together
from kubecs.kube.kubeconfig import Access


class Server(ThreadingHTTPServer):
    """Answers every request with `status` and `body`; `asked` has (method, path, headers, body) of each."""

    daemon_threads = True
    status = 200
    body: Any = {}

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        answer = self.server.body if isinstance(self.server.body, bytes) else json.dumps(self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PATCH = _answer  # noqa: N815 -- named by http.server

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def api(server: Server) -> Direct:
    access = Access(f"http://127.0.0.1:{server.server_address[1]}/prefix", "shop", authorization="Bearer mine")
    return Direct(access, impersonate="jane", timeout=5)


def test_a_list_has_whole_objects_and_asks_as_the_user(server: Server, api: Direct) -> None:
    server.body = {"items": [{"metadata": {"name": "a"}}]}
    found = api.list(resources.PODS, "shop", labels="a=b,c", fields="status.phase=Pending")
    assert found == [{"metadata": {"name": "a"}, "apiVersion": "v1", "kind": "Pod"}]
    ((method, path, headers, _),) = server.asked
    assert (method, path) == (
        "GET",
        "/prefix/api/v1/namespaces/shop/pods?labelSelector=a%3Db%2Cc&fieldSelector=status.phase%3DPending",
    )
    assert (headers["Authorization"], headers["Impersonate-User"]) == ("Bearer mine", "jane")


def test_a_patch_is_under_the_commands_own_manager(server: Server, api: Direct) -> None:
    api.merge(resources.ECS_SERVICES, "shop", "web", {"spec": {"taskDefinition": "web:1"}}, dry_run=True)
    ((method, path, headers, body),) = server.asked
    assert (method, headers["Content-Type"]) == ("PATCH", "application/merge-patch+json")
    assert path.endswith("/ecsservices/web?fieldManager=kubectl-ecs&fieldValidation=Strict&dryRun=All")
    assert json.loads(body) == {"spec": {"taskDefinition": "web:1"}}


def test_an_apply_is_only_tried(server: Server, api: Direct) -> None:
    api.dry_apply(resources.ECS_SERVICES, "shop", {"metadata": {"name": "web"}})
    assert "dryRun=All" in server.asked[0][1]
    assert server.asked[0][2]["Content-Type"] == "application/apply-patch+yaml"


def test_refusals_are_the_clients_errors(server: Server, api: Direct) -> None:
    server.status, server.body = 403, {"kind": "Status", "reason": "Forbidden", "message": "no", "code": 403}
    with pytest.raises(errors.Forbidden, match="no"):
        api.get(resources.PODS, "shop", "a")
    server.status, server.body = 404, {"kind": "Status", "reason": "NotFound", "message": "gone", "code": 404}
    assert api.find(resources.PODS, "shop", "a") is None


def test_lines_come_one_by_one(server: Server, api: Direct) -> None:
    server.body = b"one\ntwo\nrest"
    assert list(api.lines("/log")) == [b"one\n", b"two\n", b"rest"]


def test_no_server_is_unreachable(server: Server, api: Direct) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(errors.Unavailable, match=r"127\.0\.0\.1") as failure:
        api.get(resources.PODS, "shop", "a")
    assert failure.value.status == 0


def test_calls_run_beside_each_other_and_keep_their_order() -> None:
    barrier = threading.Barrier(3, timeout=5)

    def call(number: int) -> int:
        barrier.wait()
        return number

    assert together([lambda: call(1), lambda: call(2), lambda: call(3)]) == [1, 2, 3]


def test_what_one_call_raises_reaches_the_caller() -> None:
    def fail() -> int:
        raise errors.unreachable("ConnectionError", "no")

    with pytest.raises(errors.Unavailable):
        together([lambda: 1, fail])
