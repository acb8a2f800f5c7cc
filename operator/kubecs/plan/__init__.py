"""Pure decisions: a snapshot and a clock in, actions and status out."""
