"""kubecs: Amazon ECS on any Kubernetes cluster."""
