"""What the tests on a real node hold in their hands: documents with real images, and a look into containers."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, wait_for
from tools.localnode import LocalNode

Document = dict[str, Any]


# Runs until it is told how to end (see Containers.end), or to stop.
UNTIL_TOLD = "trap 'exit 0' TERM; until [ -s /tmp/end ]; do sleep 0.05; done; exit $(cat /tmp/end)"


@dataclass(frozen=True)
class Containers:
    """Tasks of the test's namespace and what goes on in their containers."""

    kubectl: Kubectl
    node: LocalNode

    def shell(self, script: str, name: str = "app", **members: Any) -> Document:
        """A container definition that runs a shell script in the image busybox."""
        image = self.node.image("busybox")
        return {"name": name, "image": image, "memory": 64, "command": ["sh", "-c", script], **members}

    def image(self, name: str, **members: Any) -> Document:
        """A container definition of another image, which runs what the image says."""
        return {"name": "app", "image": self.node.image(name), "memory": 64, **members}

    def run(self, *definitions: Document, family: str = "web", **members: Any) -> Document:
        """Runs a task on its own and waits for its end; returns its record's spec."""
        self.start_task(*definitions, family=family, **members)
        return self.record_of_task(family)

    def outputs(self, *, volumes: Sequence[Document] = (), **definitions: Document) -> dict[str, str]:
        """What each of several tasks of one container has printed, run together, by family; all must end with 0."""
        extra = {"volumes": list(volumes)} if volumes else {}
        for family, definition in definitions.items():
            self.start_task(definition, family=family, **extra)
        records = {family: self.record_of_task(family) for family in definitions}
        ends = {family: container_of(record, definitions[family]["name"]) for family, record in records.items()}
        assert all(each.get("exitCode") == 0 for each in ends.values()), ends
        return {family: self.output(record["kubernetes"]["podName"]) for family, record in records.items()}

    def fetch(self, pod: Document, port: int) -> str:
        """What a GET of / of a Pod answers, once its program listens: it is Ready when its containers run."""
        url = f"http://{pod['status']['podIP']}:{port}/"

        def answered() -> str:
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    text: str = answer.read().decode()
            except OSError as error:
                raise AssertionError(f"{url}: {error}") from error
            return text.strip()

        return wait_for(answered, 20, f"{url} answers")

    def start_task(self, *definitions: Document, family: str = "web", **members: Any) -> None:
        """Applies a task definition and an ECSTask of the same name."""
        self.kubectl.apply([ecs.task_definition(family, *definitions, **members)])
        self.kubectl.apply(ecs.task(family, taskDefinition=family))

    def record_of_task(self, name: str = "web", timeout: float = 45) -> Document:
        """The record's spec of an ECSTask, once it has stopped."""

        def stopped() -> Document | None:
            status = ecs.status(self.kubectl.get("ecstask", name))
            assert status.get("lastStatus") == "STOPPED", status
            return self.kubectl.find("ecstaskrecord", status["taskArn"].rpartition("/")[2])

        record: Document = wait_for(stopped, timeout, f"the record of the task {name}")["spec"]
        return record

    def serve(self, *definitions: Document, name: str = "web", desired: int = 1, **members: Any) -> Document:
        """Applies a task definition and a service that follows it, and waits until it is Ready; returns a Pod of it."""
        self.kubectl.apply([ecs.task_definition(name, *definitions, **members)])
        self.kubectl.apply(ecs.service(name, desired, taskDefinition=name))
        ecs.wait_ready(self.kubectl, "ecsservice", name, timeout=45)
        return ecs.pods(self.kubectl, service=name)[0]

    def serve_another(self, name: str, family: str) -> Document:
        """Applies another service of a task definition that is there, and waits as `serve` does; returns its Pod."""
        self.kubectl.apply(ecs.service(name, 1, taskDefinition=family))
        ecs.wait_ready(self.kubectl, "ecsservice", name, timeout=45)
        return self.running_pod(service=name)

    def pod(self, **labels: str) -> Document:
        """The one Pod with our labels that isn't being deleted."""
        found = ecs.pods(self.kubectl, **labels)
        assert len(found) == 1, f"{len(found)} Pods of {labels}"  # between two there may be none: not yet
        return found[0]

    def running_pod(self, **labels: str) -> Document:
        """The one Pod with our labels, once all of its containers run."""

        def all_run() -> Document:
            pod = self.pod(**labels)
            statuses = ecs.status(pod).get("containerStatuses", ())
            assert statuses, ecs.status(pod)
            assert all("running" in each["state"] for each in statuses), statuses
            return pod

        return wait_for(all_run, 30, f"running containers of {labels}")

    def execute(self, pod: Document, script: str, container: str = "app") -> str:
        """What a shell script prints that is run in a container."""
        return self.kubectl("exec", pod["metadata"]["name"], "-c", container, "--", "sh", "-c", script).strip()

    def end(self, pod: Document, code: int, container: str = "app") -> None:
        """Lets a container that runs UNTIL_TOLD end with an exit code."""
        self.execute(pod, f"echo {code} > /tmp/end.new; mv /tmp/end.new /tmp/end", container)

    @contextlib.contextmanager
    def loss(self, service: str = "web") -> Iterator[Loss]:
        """Measures for how long the service's Deployment has fewer available replicas than it wants, meanwhile."""
        (deployment,) = self.kubectl.list("deployment", ecs.selector(service=service))
        name, found, over = deployment["metadata"]["name"], Loss(), threading.Event()

        def look() -> None:
            before = time.monotonic()
            while not over.wait(0.02):
                now, seen = time.monotonic(), self.kubectl.get("deployment", name)
                if seen["status"].get("availableReplicas", 0) < seen["spec"]["replicas"]:
                    found.seconds += now - before
                before = now

        looking = threading.Thread(target=look)  # it begins in our network
        looking.start()
        try:
            yield found
        finally:
            over.set()
            looking.join()

    @contextlib.contextmanager
    def statuses(self, pod: Document) -> Iterator[list[Document]]:
        """Watches a Pod meanwhile: every status that the API server had of it, once the block is over."""
        cluster, seen = self.kubectl.cluster, list[Document]()
        command = [str(cluster.binaries["kubectl"]), f"--kubeconfig={cluster.admin_kubeconfig}"]
        command += ["-n", self.kubectl.namespace, "get", "pod", pod["metadata"]["name"], "--watch"]
        command.append('--output=jsonpath={.status}{"\\n"}')
        watching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield seen
        finally:
            watching.terminate()
            printed, _ = watching.communicate(timeout=10)
            seen.extend(json.loads(line) for line in printed.splitlines())

    def output(self, pod: Document | str, container: str = "app", *flags: str) -> str:
        """What a container has printed."""
        name = pod if isinstance(pod, str) else pod["metadata"]["name"]
        return self.kubectl("logs", name, "-c", container, *flags).strip()

    def records(self, service: str = "web") -> list[Document]:
        """Specs of the records of a service's tasks, oldest first."""
        found = self.kubectl.list("ecstaskrecord")
        return [each["spec"] for each in found if each["spec"].get("group") == f"service:{service}"]

    def wait_records(self, count: int, service: str = "web", timeout: float = 40) -> list[Document]:
        """The records of a service's tasks, once there are as many."""

        def enough() -> list[Document]:
            found = self.records(service)
            assert len(found) >= count, found
            return found

        return wait_for(enough, timeout, f"{count} records of {service}")


@dataclass
class Loss:
    """Seconds without availability."""

    seconds: float = 0.0


def status_of(pod: Document, name: str = "app") -> Document:
    """The status of one container of a Pod."""
    found: Document = next(each for each in ecs.status(pod)["containerStatuses"] if each["name"] == name)
    return found


def container_of(record: Mapping[str, Any], name: str = "app") -> Document:
    """One container of a record."""
    found: Document = next(each for each in record["containers"] if each["name"] == name)
    return found
