"""Directories of the node, as Docker reads them: `.` and `..` are worked out, which Kubernetes does not allow."""

import posixpath


def cleaned(path: str) -> str:
    """The path without `.`, `..`, doubled and trailing slashes; `..` never leads above the root."""
    return posixpath.normpath(f"/{path.lstrip('/')}") if path.startswith("/") else path
