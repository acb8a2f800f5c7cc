"""The only package that imports kopf: watches, queue, one reconciler for each kind."""
