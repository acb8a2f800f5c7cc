"""The table of metrics and the collectors that read the cache when Prometheus scrapes."""
