"""Exit codes of the commands that ask a cluster; docs/plugin.md lists them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell gets."""

    OK = 0
    NEGATIVE = 1  # the answer is no: a rollout failed, a diff is not empty
    USAGE = 2  # argparse's own
    NOT_FOUND = 3
    REFUSED = 4  # by the API server: rights, a conflict, an invalid object
    UNREACHABLE = 5  # no kubeconfig, no connection
    TIMEOUT = 6  # what was waited for did not come in time


class CommandError(Exception):
    """Ends a command with a message and a code."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
