"""Pure functions: ECS models in, Kubernetes manifests out."""
