"""The commands: kubecs operator, kubecs crds, kubecs convert."""
