"""`python -m tesc`."""

import os
import sys

# Python looks for modules in the working folder first; but nothing that tesc imports comes
# from there. A checked tree could have modules of any name. (PYTHONSAFEPATH does the same, earlier.)
if sys.path[:1] in ([""], [os.getcwd()]) and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from tesc.cli.main import start

if __name__ == "__main__":
    sys.exit(start())
