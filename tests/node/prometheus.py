"""A real Prometheus for the tests: its process, and questions to it."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.rig import Kubectl, wait_for
from tools.localcluster.process import free_port, spawn
from tools.promtool import ensure_prometheus


@dataclass
class Prometheus:
    """Prometheus over what the chart's ConfigMap says.

    Debian builds it without the discovery of Kubernetes: `discover` writes the targets, with the labels that the
    discovery would give them, so that the job's relabelling is what decides.

    Attributes:
        directory: for its files.
        port: of its API.
        discovery: what the job says of where its targets are.
    """

    directory: Path
    port: int = field(default_factory=free_port)
    discovery: dict[str, Any] = field(default_factory=dict, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self, data: dict[str, str]) -> None:
        """Starts it with the two files of the ConfigMap; alerts that wait minutes wait a second here."""
        scrape = yaml.safe_load(data["scrape.yaml"])
        (job,) = scrape["scrape_configs"]
        (self.discovery,) = job.pop("kubernetes_sd_configs")
        job["file_sd_configs"] = [{"files": [str(self.directory / "targets.json")], "refresh_interval": "1s"}]
        rules = yaml.safe_load(data["rules.yaml"])
        for rule in (rule for group in rules["groups"] for rule in group["rules"] if "for" in rule):
            rule["for"] = "1s"
        rule_file = self.directory / "rules.yaml"
        rule_file.write_text(yaml.safe_dump(rules))
        times = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        configuration = {"global": times, "rule_files": [str(rule_file)], **scrape}
        path = self.directory / "prometheus.yaml"
        path.write_text(yaml.safe_dump(configuration))
        command: list[str | Path] = [
            ensure_prometheus(),
            f"--config.file={path}",
            f"--storage.tsdb.path={self.directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        self._process = spawn(command, self.directory / "prometheus.log")
        wait_for(self._is_up, 30, f"Prometheus; see {self.directory / 'prometheus.log'}")

    def discover(self, kubectl: Kubectl) -> None:
        """Finds the Pods that the job names, each port of them a target."""
        assert self.discovery["role"] == "pod"
        (namespace,), (selector,) = self.discovery["namespaces"]["names"], self.discovery["selectors"]
        targets = [
            {
                "targets": [f"{pod['status']['podIP']}:{port['containerPort']}"],
                "labels": {
                    "__meta_kubernetes_pod_name": pod["metadata"]["name"],
                    "__meta_kubernetes_pod_container_port_name": port["name"],
                },
            }
            for pod in kubectl.list("pod", selector["label"], namespace)
            if pod["status"].get("podIP")
            for port in pod["spec"]["containers"][0]["ports"]
        ]
        partial = self.directory / "partial.json"
        partial.write_text(json.dumps(targets))
        partial.replace(self.directory / "targets.json")

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _is_up(self) -> bool:
        try:
            return bool(self.ask("status/buildinfo")["version"])
        except (OSError, ValueError):  # it does not listen yet, or reads its storage
            return False

    def ask(self, path: str, **query: str) -> Any:
        """The data of an answer of its API.

        Raises:
            ValueError: it understood the question and would not have it.
        """
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now."""
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found

    def firing(self) -> dict[str, dict[str, Any]]:
        """The alerts that fire, by name; one of each."""
        return {each["labels"]["alertname"]: each for each in self.ask("alerts")["alerts"] if each["state"] == "firing"}
