"""What kwok plays: nodes without machines, and Pods whose containers start, get ready, end and restart on request.

A Pod's annotations say what its containers do; without any they start at once, are ready, and run until told to stop.

| annotation `play.kwok/` | value | the containers |
|---|---|---|
| `start-delay`   | Go duration   | are created this long after scheduling |
| `waiting`       | reason        | wait with this reason, for example ImagePullBackOff, until it is taken away |
| `ready-delay`   | Go duration   | become ready this long after they run |
| `never-ready`   | `true`        | run and are not ready; may be set and removed while the Pod runs |
| `exit-codes`    | `{"app": 1}`  | named here end with this code; may be set while the Pod runs; removed when done |
| `exit-after`    | Go duration   | end only this long after the annotation is seen |
| `exit-reason`   | reason        | end with this reason, for example OOMKilled (else Completed or Error) |
| `exit-message`  | text          | leave this termination message |
| `exit-repeat`   | `true`        | end again after each restart: `exit-codes` stays |
| `restart-delay` | Go duration   | are restarted after this back-off (restartPolicy Always; else 100ms) |
| `stop-delay`    | Go duration   | need this long to end when the Pod is deleted |
| `stop-exit-code`| number        | end with this code when told to stop (else 143) |

A delay starts anew when the Pod changes meanwhile. Pods with scheduling gates never get a node, so never start.

kwok lists a node's Pods anew when it takes the node's lease, and once more at the first renewal (10 s); it may then
start a Pod twice, which the API server refuses. What is measured should begin 15 s after the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

PREFIX = "play.kwok/"
NODE_ANNOTATION = "kwok.x-k8s.io/node"
_NODE_VERSION = "v1.36.3"
_ZONES = ("a", "b", "c")

# jq: conditions on a Pod, put together below
_ALIVE = ".metadata.deletionTimestamp == null"
_PENDING = '.status.phase == "Pending"'
_RUNNING = '.status.phase == "Running"'
_SOME_RUNS = "([.status.containerStatuses[]?.state.running // empty] | length > 0)"
_ALL_RUN = "([.status.containerStatuses[]? | select(.state.running == null)] | length == 0)"
_CONTAINERS_READY = '([.status.conditions[]? | select(.type == "ContainersReady" and .status == "True")] | length == 1)'
_READY = '([.status.conditions[]? | select(.type == "Ready" and .status == "True")] | length == 1)'
_GATES_OPEN = (
    '(([.status.conditions[]? | select(.status == "True") | .type]) as $true'
    " | [.spec.readinessGates[]? | select(.conditionType as $gate | $true | index($gate) | not)] | length == 0)"
)


def _note(name: str) -> str:
    return f'((.metadata.annotations // {{}})["{PREFIX}{name}"])'


_EXIT_DUE = (
    f'(({_note("exit-codes")} // "{{}}" | fromjson) as $codes'
    " | [.status.containerStatuses[]? | select(.state.running != null and $codes[.name] != null)] | length > 0)"
)

# Go templates: what every Pod template below may use
_PRELUDE = """
{{- define "conditions" }}
{{- $now := .now }}{{ $ready := .ready }}{{ $gated := false }}{{ $old := dict }}
{{- range .pod.status.conditions }}{{ $_ := set $old .type . }}{{ end }}
{{- range .pod.spec.readinessGates }}
{{- $found := get $old .conditionType }}{{ if not $found }}{{ $found = dict "status" "False" }}{{ end }}
{{- if ne $found.status "True" }}{{ $gated = true }}{{ end }}
{{- end }}
{{- $states := dict "PodReadyToStartContainers" true "Initialized" true "ContainersReady" $ready }}
{{- $_ := set $states "Ready" (and $ready (not $gated)) }}
{{- $reason := .reason }}{{ if and $ready $gated }}{{ $reason = "ReadinessGatesNotReady" }}{{ end }}
conditions:
{{- range $type, $true := $states }}
{{- $status := ternary "True" "False" $true }}
{{- $was := get $old $type }}{{ if not $was }}{{ $was = dict "status" "" }}{{ end }}
- type: {{ $type }}
  status: {{ $status | Quote }}
  lastTransitionTime: {{ (ternary $was.lastTransitionTime $now (eq $was.status $status)) | Quote }}
  reason: {{ if $true }}null{{ else }}{{ $reason }}{{ end }}
{{- end }}
{{- end }}

{{- define "stopped" }}
{{- $now := .now }}{{ $code := .code }}
containerStatuses:
{{- range .pod.status.containerStatuses }}
{{- if hasKey .state "running" }}
{{- $ended := dict "exitCode" (int $code) "reason" (ternary "Completed" "Error" (eq (int $code) 0)) }}
{{- $_ := set $ended "startedAt" .state.running.startedAt }}{{ $_ := set $ended "finishedAt" $now }}
{{- $_ := set $ended "containerID" .containerID }}{{ $_ := set . "state" (dict "terminated" $ended) }}
{{- end }}
{{- $_ := set . "ready" false }}{{ $_ := set . "started" false }}
- {{ toJson . }}
{{- end }}
{{- end }}

{{- $now := Now }}{{ $pod := . }}
{{- $notes := .metadata.annotations | default dict }}
{{- $prefix := "play.kwok/" }}
{{- $neverReady := eq (get $notes (print $prefix "never-ready")) "true" }}
{{- $readyAtOnce := not (or $neverReady (hasKey $notes (print $prefix "ready-delay"))) }}
{{- $stopCode := get $notes (print $prefix "stop-exit-code") | default "143" }}
"""

_START = """
{{ template "conditions" (dict "pod" $pod "now" $now "ready" $readyAtOnce "reason" "ContainersNotReady") }}
containerStatuses:
{{- range .spec.containers }}
{{- $image := regexReplaceAll "(:[^:/@]+)?(@sha256:[0-9a-f]+)?$" .image "" }}
{{- $status := dict "name" .name "image" .image "ready" $readyAtOnce "started" true "restartCount" 0 }}
{{- $_ := set $status "imageID" (printf "%s@sha256:%s" $image (sha256sum .image)) }}
{{- $_ := set $status "containerID" (printf "containerd://%s" (sha256sum (printf "%s/%s/0" $pod.metadata.uid .name))) }}
{{- $_ := set $status "state" (dict "running" (dict "startedAt" $now)) }}
- {{ toJson $status }}
{{- end }}
{{- with .spec.initContainers }}
initContainerStatuses:
{{- range . }}
{{- $image := regexReplaceAll "(:[^:/@]+)?(@sha256:[0-9a-f]+)?$" .image "" }}
{{- $id := printf "containerd://%s" (sha256sum (printf "%s/%s/0" $pod.metadata.uid .name)) }}
{{- $status := dict "name" .name "image" .image "ready" true "restartCount" 0 "containerID" $id }}
{{- $_ := set $status "imageID" (printf "%s@sha256:%s" $image (sha256sum .image)) }}
{{- $sidecar := eq (.restartPolicy | default "") "Always" }}
{{- $ended := dict "exitCode" 0 "reason" "Completed" "startedAt" $now "finishedAt" $now "containerID" $id }}
{{- $_ := set $status "started" $sidecar }}
{{- $_ := set $status "state" (ternary (dict "running" (dict "startedAt" $now)) (dict "terminated" $ended) $sidecar) }}
- {{ toJson $status }}
{{- end }}
{{- end }}
{{- with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{- end }}
{{- $host := .spec.hostNetwork | default false }}
{{- with PodIPsWith .spec.nodeName $host .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{- end }}
phase: Running
startTime: {{ $now | Quote }}
"""

_WAITING = """
containerStatuses:
{{- range .spec.containers }}
{{- $waiting := dict "reason" (get $notes (print $prefix "waiting")) "message" (printf "waiting for %s" .image) }}
{{- $status := dict "name" .name "image" .image "imageID" "" "ready" false "started" false "restartCount" 0 }}
{{- $_ := set $status "state" (dict "waiting" $waiting) }}
- {{ toJson $status }}
{{- end }}
startTime: {{ .status.startTime | default $now | Quote }}
"""

_SET_READY = """
{{ template "conditions" (dict "pod" $pod "now" $now "ready" (not $neverReady) "reason" "ContainersNotReady") }}
containerStatuses:
{{- range .status.containerStatuses }}
{{- $_ := set . "ready" (and (not $neverReady) (hasKey .state "running")) }}
- {{ toJson . }}
{{- end }}
"""

_EXIT = """
{{- $codes := fromJson (get $notes (print $prefix "exit-codes")) }}
{{- $running := 0 }}{{ $failed := false }}
containerStatuses:
{{- range .status.containerStatuses }}
{{- if and (hasKey .state "running") (hasKey $codes .name) }}
{{- $code := int (get $codes .name) }}
{{- $reason := get $notes (print $prefix "exit-reason") | default (ternary "Completed" "Error" (eq $code 0)) }}
{{- $ended := dict "exitCode" $code "reason" $reason "startedAt" .state.running.startedAt "finishedAt" $now }}
{{- $_ := set $ended "containerID" .containerID }}
{{- with get $notes (print $prefix "exit-message") }}{{ $_ := set $ended "message" . }}{{ end }}
{{- $_ := set . "state" (dict "terminated" $ended) }}{{ $_ := set . "started" false }}{{ $_ := set . "ready" false }}
{{- end }}
{{- if hasKey .state "running" }}{{ $running = add1 $running }}{{ end }}
{{- with .state.terminated }}{{ if ne (int .exitCode) 0 }}{{ $failed = true }}{{ end }}{{ end }}
- {{ toJson . }}
{{- end }}
{{- $reason := "ContainersNotReady" }}
{{- if and (eq $running 0) (ne .spec.restartPolicy "Always") }}
phase: {{ ternary "Failed" "Succeeded" $failed }}
{{- $reason = ternary "PodFailed" "PodCompleted" $failed }}
{{- end }}
{{ template "conditions" (dict "pod" $pod "now" $now "ready" false "reason" $reason) }}
"""

_RESTART = """
{{ template "conditions" (dict "pod" $pod "now" $now "ready" $readyAtOnce "reason" "ContainersNotReady") }}
containerStatuses:
{{- range .status.containerStatuses }}
{{- if hasKey .state "terminated" }}
{{- $run := add1 (int .restartCount) }}
{{- $id := printf "containerd://%s" (sha256sum (printf "%s/%s/%d" $pod.metadata.uid .name $run)) }}
{{- $_ := set . "lastState" (dict "terminated" .state.terminated) }}
{{- $_ := set . "state" (dict "running" (dict "startedAt" $now)) }}
{{- $_ := set . "restartCount" $run }}{{ $_ := set . "containerID" $id }}{{ $_ := set . "started" true }}
{{- end }}
{{- $_ := set . "ready" $readyAtOnce }}
- {{ toJson . }}
{{- end }}
"""

_DEADLINE = """
{{ template "conditions" (dict "pod" $pod "now" $now "ready" false "reason" "PodFailed") }}
{{ template "stopped" (dict "pod" $pod "now" $now "code" $stopCode) }}
phase: Failed
reason: DeadlineExceeded
message: Pod was active on the node longer than the specified deadline
startTime: {{ .status.startTime | default $now | Quote }}
"""

_STOP = """
{{- $failed := ne (int $stopCode) 0 }}
{{- range .status.containerStatuses }}
{{- with .state.terminated }}{{ if ne (int .exitCode) 0 }}{{ $failed = true }}{{ end }}{{ end }}
{{- end }}
{{- $reason := ternary "PodFailed" "PodCompleted" $failed }}
{{ template "conditions" (dict "pod" $pod "now" $now "ready" false "reason" $reason) }}
{{ template "stopped" (dict "pod" $pod "now" $now "code" $stopCode) }}
phase: {{ ternary "Failed" "Succeeded" $failed }}
"""

_NODE_STATUS = """
{{- $now := Now }}
conditions:
{{- range NodeConditions }}
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $.metadata.creationTimestamp | Quote }}
  message: {{ .message | Quote }}
  reason: {{ .reason | Quote }}
  status: {{ .status | Quote }}
  type: {{ .type | Quote }}
{{- end }}
phase: Running
"""


def _status_patch(template: str) -> dict[str, Any]:
    return {"patch": {"subresource": "status", "root": "status", "type": "strategic", "template": template}}


def _stage(kind: str, name: str, when: str, steps: list[dict[str, Any]], delay: str | int = 0) -> dict[str, Any]:
    """A Stage that is played when the jq condition holds, after milliseconds, or the duration that a jq term yields."""
    expression = {"key": f'if ({when}) then "yes" else "no" end', "operator": "In", "values": ["yes"]}
    spec: dict[str, Any] = {
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": [{"jq": expression}]},
        "steps": steps,
        "weight": 1,
    }
    if isinstance(delay, int):
        spec["delay"] = {"durationMilliseconds": delay}
    else:
        spec["delay"] = {"durationMilliseconds": 0, "durationFrom": {"jq": {"expression": delay}}}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": name}, "spec": spec}


def _pod_stage(name: str, when: tuple[str, ...], template: str, delay: str | int = 0) -> dict[str, Any]:
    condition = " and ".join(f"({part})" for part in when)
    return _stage("Pod", name, condition, [_status_patch(_PRELUDE + template)], delay)


def _exit_stage() -> dict[str, Any]:
    """Ends containers, then takes the annotation away, so that it is not read again after the restart."""
    stage = _pod_stage("pod-exit", (_ALIVE, _RUNNING, _EXIT_DUE), _EXIT, _note("exit-after"))
    forget = (
        '{{- if not (hasKey .metadata.annotations "play.kwok/exit-repeat") }}\n'
        "metadata: {annotations: {play.kwok/exit-codes: null}}\n{{- else }}{}{{- end }}"
    )
    stage["spec"]["steps"].append({"patch": {"type": "merge", "template": forget}})
    return stage


def _pod_stages() -> Iterator[dict[str, Any]]:
    """The life of a Pod. At most one of these holds at a time, apart from the deadline, which yields to the others."""
    waits = f"{_note('waiting')} != null"
    reasons = "[.status.containerStatuses[]?.state.waiting.reason]"
    shown = f"({_note('waiting')}) as $reason | {reasons} | index($reason) == null"
    yield _pod_stage("pod-wait", (_ALIVE, _PENDING, waits, shown), _WAITING)
    yield _pod_stage("pod-start", (_ALIVE, _PENDING, f"({waits}) | not"), _START, _note("start-delay"))
    steady = (_ALIVE, _RUNNING, f"{_EXIT_DUE} | not")
    never = f'{_note("never-ready")} == "true"'
    becomes_ready = (*steady, f"{_CONTAINERS_READY} | not", _ALL_RUN, f"({never}) | not")
    yield _pod_stage("pod-ready", becomes_ready, _SET_READY, _note("ready-delay"))
    yield _pod_stage("pod-unready", (*steady, _CONTAINERS_READY, never), _SET_READY)
    yield _pod_stage(
        "pod-gates", (*steady, _CONTAINERS_READY, f"({never}) | not", f"{_READY} | not", _GATES_OPEN), _SET_READY
    )
    yield _exit_stage()
    restarts = f"{_note('exit-codes')} == null or {_note('exit-repeat')} != null"
    yield _pod_stage(
        "pod-restart",
        (*steady, '.spec.restartPolicy == "Always"', f"{_ALL_RUN} | not", restarts),
        _RESTART,
        f'{_note("restart-delay")} // "100ms"',
    )
    deadline = _pod_stage(
        "pod-deadline",
        (_ALIVE, f"({_PENDING}) or ({_RUNNING})", ".spec.activeDeadlineSeconds != null"),
        _DEADLINE,
        "(.status.startTime // .metadata.creationTimestamp | fromdate) + .spec.activeDeadlineSeconds | todate",
    )
    deadline["spec"]["weight"] = 0
    yield deadline
    yield _pod_stage("pod-stop", (f"({_ALIVE}) | not", _SOME_RUNS), _STOP, _note("stop-delay"))
    yield _stage("Pod", "pod-delete", f"(({_ALIVE}) | not) and ({_SOME_RUNS} | not)", [{"delete": True}])


def configuration() -> str:
    """The YAML documents of kwok's `--config`: its own settings, then the stages."""
    settings = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": {
            "podPlayStageParallelism": 16,
            "nodePlayStageParallelism": 8,
            "nodeLeaseParallelism": 4,
            "manageNodesWithAnnotationSelector": f"{NODE_ANNOTATION}=fake",
            "nodeLeaseDurationSeconds": 40,
        },
    }
    ready = '[.status.conditions[]? | select(.type == "Ready" and .status == "True")] | length == 1'
    stages = [
        _stage("Node", "node-initialize", f"({ready}) | not", [_status_patch(_NODE_STATUS)]),
        _stage("Node", "node-heartbeat", ready, [_status_patch(_NODE_STATUS)], 300_000),
        *_pod_stages(),
    ]
    return yaml.safe_dump_all([settings, *stages], sort_keys=False, width=1000)


_EVERY_ARM64 = 5  # one node in so many is of the other architecture


def node(number: int) -> dict[str, Any]:
    """A Node that kwok keeps alive: 64 CPUs, 256 GiB, 500 Pods, 8 GPUs, in one of three zones; numbers begin at 0."""
    name = f"kwok-{number}"
    zone = f"local-1{_ZONES[number % len(_ZONES)]}"
    resources = {"cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "500"}
    resources |= {"nvidia.com/gpu": "8", "aws.amazon.com/neuron": "8"}
    host, block = divmod(number * 4, 256)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {NODE_ANNOTATION: "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "arm64" if number % _EVERY_ARM64 == _EVERY_ARM64 - 1 else "amd64",
                "node.kubernetes.io/instance-type": "kwok.16xlarge",
                "topology.kubernetes.io/region": "local-1",
                "topology.kubernetes.io/zone": zone,
                "type": "kwok",
            },
        },
        "spec": {"podCIDR": f"10.{64 + host}.{block}.0/22", "podCIDRs": [f"10.{64 + host}.{block}.0/22"]},
        "status": {
            "allocatable": resources,
            "capacity": resources,
            "addresses": [
                {"type": "InternalIP", "address": f"10.32.{number // 250}.{number % 250 + 1}"},
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": _node_info(number),
        },
    }


def _node_info(number: int) -> dict[str, str]:
    machine = f"{number:032x}"
    return {
        "architecture": "amd64",
        "operatingSystem": "linux",
        "osImage": "kwok",
        "kernelVersion": "kwok",
        "containerRuntimeVersion": "kwok://0.8.0",
        "kubeletVersion": _NODE_VERSION,
        "kubeProxyVersion": "",
        "bootID": machine,
        "machineID": machine,
        "systemUUID": machine,
    }
