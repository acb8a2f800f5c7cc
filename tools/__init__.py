"""What developers run beside the operator: pinned binaries, the local control plane, generators and the demo."""
