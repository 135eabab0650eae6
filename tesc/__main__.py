"""`python -m tesc`."""

import sys

from tesc.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
