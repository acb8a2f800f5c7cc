"""Keeps `import kubernetes` small: the few modules that kubecs uses, without the generated models and APIs.

The package kubernetes 36 imports about 1,700 modules of generated code from its `__init__` files, and both kopf (which
takes `kubernetes` for its optional typed models) and kubernetes.aio.config pull them in. `install` registers the
packages without running their `__init__`, so that a submodule can be imported by itself, and hides the synchronous
client from kopf.

Measured with CPython 3.11, kubernetes 36.0.3 and kopf 1.45.2, on top of aiohttp and orjson: configuration and kopf
together cost 8.6 MiB, 0.22 s of CPU time and 205 modules; without this 108.8 MiB, 1.96 s and 2,091 modules.
"""

import importlib
import importlib.util
import logging
import sys
from types import ModuleType

log = logging.getLogger(__name__)

_BARE_PACKAGES = ("kubernetes", "kubernetes.aio", "kubernetes.aio.client", "kubernetes.aio.client.models")
_HIDDEN = "kubernetes.client"
_AIO_CLIENT = "kubernetes.aio.client"


def install() -> bool:
    """Registers the bare packages; call it before anything imports kopf or kubernetes. Can be called again.

    Returns:
        True when the small import is in force; False when kubernetes is imported in full already, or is laid out
        otherwise than expected: then nothing was changed, and everything works at the price of memory.
    """
    if "kubernetes" in sys.modules:
        return getattr(sys.modules["kubernetes"], "bare", False)
    before = set(sys.modules)
    try:
        for name in _BARE_PACKAGES:
            _register(name)
        _export_client_names()
    except (ImportError, AttributeError) as error:
        log.warning("kubernetes is laid out otherwise than expected (%s): importing all of it", error)
        _forget(before)
        return False
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]  # the import system's own way to say "not importable"
    return True


def _register(name: str) -> None:
    """Puts a package into sys.modules without running its `__init__`, and onto its parent."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"{name} is not a package")
    package = importlib.util.module_from_spec(spec)
    package.__dict__["bare"] = True
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)


def _export_client_names() -> None:
    """Sets what kubernetes.aio.config takes from the client package."""
    package: ModuleType = sys.modules[_AIO_CLIENT]
    for module, names in (("configuration", ("Configuration",)), ("api_client", ("ApiClient",))):
        imported = importlib.import_module(f"{_AIO_CLIENT}.{module}")
        for name in names:
            setattr(package, name, getattr(imported, name))


def _forget(before: set[str]) -> None:
    """Takes back every module of kubernetes that was registered since."""
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "kubernetes":
            del sys.modules[name]
