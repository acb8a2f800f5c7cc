"""The only package that imports kubernetes: client, informers, cache, lease, events."""
