"""The only package that imports kopf: watches, queue, one reconciler for each kind."""

from kubecs.kube import imports

imports.install()  # before any module here imports kopf, which would import all of kubernetes
