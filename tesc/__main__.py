"""`python -m tesc`."""

import os
import sys

# Python looks for modules in the working folder first; nothing of tesc, nor what it imports, comes
# from there. Files of a tree that is checked could have any name. (PYTHONSAFEPATH does this before.)
if sys.path[:1] in ([""], [os.getcwd()]) and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from tesc.cli.main import start

if __name__ == "__main__":
    sys.exit(start())
