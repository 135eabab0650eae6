"""`python -m tesc`."""

import os
import sys

# Python searches the working folder for modules first, and a checked tree may contain modules of any
# name, so that folder is removed from the path. (PYTHONSAFEPATH does the same, earlier.)
if sys.path[:1] in ([""], [os.getcwd()]) and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from tesc.cli.main import start

if __name__ == "__main__":
    sys.exit(start())
