"""A changed operator: the same package, in which a few lines of the test's own run before everything else.

Python imports `sitecustomize` at its start when PYTHONPATH has one, so the process is the real one in all but what the
lines change: another translation, shorter periods. Nothing of the package is copied.
"""

from __future__ import annotations

from pathlib import Path

from tests.cluster.rig import PROJECT

# Fields of pod templates that an "upgrade" of kubecs would write otherwise.
NEW_RENDERING = """
import kubecs.translate.pod as pod

_render = pod.pod_template

def _rendered_anew(definition, context, *, standalone):
    template = _render(definition, context, standalone=standalone)
    notes = {**template["metadata"].get("annotations", {}), "example.com/rendering": "new"}
    spec = {**template["spec"], "dnsConfig": {"options": [{"name": "ndots", "value": "2"}]}}
    return {**template, "metadata": {**template["metadata"], "annotations": notes}, "spec": spec}

pod.pod_template = _rendered_anew
"""

# A Lease of 3 s instead of 10, so that a test need not wait for the real one to run out.
SHORT_LEASE = """
import kubecs.kube.lease as lease

lease.Timing.__init__.__defaults__ = (3.0, 0.5, 2.0, 0.5)  # duration, renew, give_up, look
"""

# A Lease that outlives a restart of the API server, so that it is the watches and writes that are looked at.
LONG_LEASE = """
import kubecs.kube.lease as lease

lease.Timing.__init__.__defaults__ = (120.0, 1.0, 100.0, 1.0)  # duration, renew, give_up, look
"""

# Leads, whoever holds the Lease: what no replica may do, and one that hangs at the wrong moment does all the same.
LEADS_ANYWAY = """
import asyncio
import kubecs.kube.lease as lease

async def _lead(self):
    self.leading.set()
    await asyncio.Event().wait()

lease.LeaderElection.run = _lead
lease.LeaderElection.held = lambda self: True
"""

# A watch that says nothing is given up after 2 s, which else takes as long as bookmarks may stay away.
IMPATIENT_WATCHES = """
import aiohttp
import kubecs.controllers.watches as watches
import kubecs.kube.client as client

client._WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=2)
_settings = watches.settings

def _impatient():
    chosen = _settings()
    chosen.watching.inactivity_timeout = 2
    return chosen

watches.settings = _impatient
"""

# The time of day is as many seconds off as a file says, from one moment to the next; what orders events is not.
_CLOCK = """
import pathlib
import time

_true = time.time
_file = pathlib.Path({path!r})

def _set_by_somebody():
    return _true() + float(_file.read_text())

time.time = _set_by_somebody
"""


def clock(file: Path) -> str:
    """The lines of a clock that somebody may set: see set_clock."""
    set_clock(file, 0)
    return _CLOCK.format(path=str(file))


def set_clock(file: Path, seconds: float) -> None:
    """Sets the operator's clock so many seconds ahead of the true time, or back."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(file)


def environment(directory: Path, lines: str) -> dict[str, str]:
    """Writes the lines into a directory, and returns the environment in which an operator runs them."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sitecustomize.py").write_text(lines)
    return {"PYTHONPATH": f"{directory}:{PROJECT / 'operator'}"}
