"""ECS's own language: generated models, values such as ARNs and units, rules and errors. Imports nothing of ours."""
