"""Where the API server is and how to log in there: in the cluster or from a kubeconfig, with tokens kept fresh."""

import logging
import os
import ssl
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from kubecs.kube import imports

imports.install()

from kubernetes.aio.client.configuration import Configuration  # noqa: E402 - only after imports.install()
from kubernetes.aio.config import incluster_config, kube_config  # noqa: E402
from kubernetes.aio.config.config_exception import ConfigException  # noqa: E402

log = logging.getLogger(__name__)

RELOAD_SECONDS = 60.0  # the kubelet renews a mounted token after 80 % of its life; a minute is soon enough
RETRY_SECONDS = 10.0
NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"


class Source(Protocol):
    """Reads the configuration; `refused` means anew, even if what was read last says that it is still valid."""

    async def __call__(self, *, refused: bool) -> Configuration:
        """The configuration as it is now."""


class NoConfiguration(Exception):  # noqa: N818 - reads as what it says
    """Neither a cluster around us nor a usable kubeconfig."""


class Connection:
    """An API server with credentials.

    Attributes:
        server: Base URL without a trailing slash.
        proxy: URL of an HTTP proxy to go through, or None.
        tls_server_name: Name to expect in the server's certificate, where it is not the URL's host.
        namespace: Namespace that the credentials are at home in, "default" when nothing says so.
    """

    def __init__(
        self,
        configuration: Configuration,
        source: Source,
        namespace: str,
        clock: Callable[[], float],
    ) -> None:
        self.server: str = configuration.host.rstrip("/")
        self.proxy: str | None = configuration.proxy or _environment_proxy(self.server)
        self.tls_server_name: str | None = configuration.tls_server_name
        self.namespace = namespace
        self._configuration = configuration
        self._source = source
        self._clock = clock
        self._authorization = _bearer(configuration)
        self._reload_at = clock() + RELOAD_SECONDS
        self._ssl: ssl.SSLContext | None = None

    async def authorization(self) -> str | None:
        """The Authorization header to send, or None when a client certificate (or nothing) logs in."""
        if self._authorization is not None and self._clock() >= self._reload_at:
            await self.reload()
        return self._authorization

    async def reload(self, *, refused: bool = False) -> None:
        """Reads the credentials again: after a minute, and when the server refused them with a 401.

        What cannot be read leaves the old credentials in place, and is tried again after ten seconds.
        """
        try:
            fresh = await self._source(refused=refused)
        except (ConfigException, OSError, ValueError, KeyError) as error:
            log.warning("credentials could not be read again, the old ones stay in use: %s", error)
            self._reload_at = self._clock() + RETRY_SECONDS
            return
        self._reload_at = self._clock() + RELOAD_SECONDS
        self._authorization = _bearer(fresh) or self._authorization
        if (fresh.cert_file, fresh.key_file) != (self._configuration.cert_file, self._configuration.key_file):
            _load_certificate(self.ssl_context(), fresh)
        self._configuration = fresh

    def ssl_context(self) -> ssl.SSLContext:
        """The TLS settings; one context for all sessions, so that a renewed client certificate reaches them."""
        if self._ssl is None:
            self._ssl = _ssl_context(self._configuration)
        return self._ssl

    # What another client (kopf) needs to log in by itself.

    @property
    def insecure(self) -> bool:
        """Whether the server's certificate is not verified."""
        return not self._configuration.verify_ssl

    @property
    def ca_data(self) -> bytes | None:
        """PEM of the authority that signs the server's certificate; None for the system's."""
        return _content(self._configuration.ssl_ca_cert)

    @property
    def certificate_data(self) -> bytes | None:
        """PEM of the client certificate, if it is one that logs in."""
        return _content(self._configuration.cert_file)

    @property
    def private_key_data(self) -> bytes | None:
        """PEM of the client certificate's key."""
        return _content(self._configuration.key_file)

    async def token(self) -> str | None:
        """The bearer token, fresh, if it is one that logs in."""
        header = await self.authorization()
        return header.partition(" ")[2] if header else None


async def load(
    kubeconfig: str | None = None, context: str | None = None, clock: Callable[[], float] = time.monotonic
) -> Connection:
    """The connection that the process was given.

    Args:
        kubeconfig: Path of a kubeconfig, or several joined by the path separator. None: the cluster that the process
            runs in, else KUBECONFIG, else the home directory's.
        context: Context of the kubeconfig; None for its current one.
        clock: Monotonic seconds.

    Raises:
        NoConfiguration: There is none, or it is broken.
    """
    if kubeconfig is None and context is None and os.environ.get(incluster_config.SERVICE_HOST_ENV_NAME):
        return await _connect(_cluster_source(), _mounted_namespace(), clock)
    path = kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    return await _connect(_KubeconfigSource(path, context), _context_namespace(path, context), clock)


async def _connect(source: Source, namespace: str | None, clock: Callable[[], float]) -> Connection:
    try:
        return Connection(await source(refused=True), source, namespace or "default", clock)
    except (ConfigException, OSError, TypeError, KeyError) as error:  # TypeError: a kubeconfig that is missing or empty
        raise NoConfiguration(str(error)) from error


def _cluster_source() -> Source:
    """Reads the mounted token and the service's address."""

    async def read(*, refused: bool) -> Configuration:  # noqa: ARG001 - the file is read in any case
        configuration = Configuration()
        incluster_config.load_incluster_config(configuration, try_refresh_token=False)
        return configuration

    return read


class _KubeconfigSource:
    """Reads a kubeconfig; keeps the answer of an exec plugin as long as the plugin says that it is valid."""

    def __init__(self, path: str, context: str | None) -> None:
        self._path = path
        self._context = context
        self._last: Configuration | None = None
        self._expires = 0.0

    async def __call__(self, *, refused: bool) -> Configuration:
        if self._last is not None and not refused and time.time() < self._expires - RELOAD_SECONDS:
            return self._last
        configuration = Configuration()
        loader = await kube_config.load_kube_config(
            self._path, self._context, client_configuration=configuration, persist_config=False
        )
        expiry: datetime | None = getattr(loader, "exec_plugin_expiry", None)
        self._expires = expiry.timestamp() if expiry else 0.0
        self._last = configuration
        return configuration


def _context_namespace(path: str, context: str | None) -> str | None:
    try:
        contexts, current = kube_config.list_kube_config_contexts(path)
    except (ConfigException, TypeError):
        return None
    for entry in contexts:
        if entry["name"] == (context or current["name"]):
            namespace: str | None = entry["context"].get("namespace")
            return namespace
    return None


def _mounted_namespace() -> str | None:
    try:
        with open(NAMESPACE_FILE, encoding="utf-8") as file:
            return file.read().strip() or None
    except OSError:
        return None


def _content(path: str | None) -> bytes | None:
    return Path(path).read_bytes() if path else None


def _bearer(configuration: Configuration) -> str | None:
    """The Authorization header; the client's loaders put the scheme before the token."""
    header: str | None = configuration.api_key.get("BearerToken")
    return header.strip() if header else None


def _ssl_context(configuration: Configuration) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if configuration.disable_strict_ssl_verification:
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    _load_certificate(context, configuration)
    return context


def _load_certificate(context: ssl.SSLContext, configuration: Configuration) -> None:
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, keyfile=configuration.key_file)


def _environment_proxy(server: str) -> str | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for this server, looked up once."""
    url = urlsplit(server)
    if urllib.request.proxy_bypass(url.netloc):
        return None
    return urllib.request.getproxies().get(url.scheme)
