"""What a person sees of ECS on Kubernetes: rows, timelines and advice, made from plain objects and a clock; pure."""
