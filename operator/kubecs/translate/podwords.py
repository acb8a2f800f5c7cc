"""Words that Pods carry and that are read back from them; apart, so that reading a Pod imports no model of ECS."""

SHIM = "kubecs-shim"  # of the shim's volume, and of the init container that fills it

# Conditions of dependsOn that a Pod's annotation holds.
COMPLETE = "COMPLETE"
SUCCESS = "SUCCESS"
HEALTHY = "HEALTHY"
ENDING = (SUCCESS, COMPLETE)  # the stricter one first
