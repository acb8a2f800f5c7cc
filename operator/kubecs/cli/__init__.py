"""The commands: kubecs operator, kubecs crds."""
