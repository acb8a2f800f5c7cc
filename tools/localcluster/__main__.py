"""`python -m tools.localcluster up|down|status`."""

import sys

from tools.localcluster.cli import main

sys.exit(main(sys.argv[1:]))
