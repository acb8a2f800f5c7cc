"""A registry that images can be pulled from: `python -m tools.localnode.registry DIRECTORY PORT`."""

from __future__ import annotations

import functools
import hashlib
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = 5000
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Handler(SimpleHTTPRequestHandler):
    """Serves the files of a directory, manifests with their own media type and digest."""

    def guess_type(self, path: str) -> str:  # type: ignore[override]  # the base also takes path objects
        """The media type of one file."""
        return _MANIFEST if "/manifests/" in path else "application/octet-stream"

    def end_headers(self) -> None:
        """Adds the digest, by which a client knows what a tag stands for."""
        path = Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
        super().end_headers()


def main(directory: str, port: str) -> None:
    """Serves until it is ended."""
    handler = functools.partial(Handler, directory=directory)
    ThreadingHTTPServer(("127.0.0.1", int(port)), handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
