"""The bundled tesc: `python3 -I server lsp`."""

import sys

from tesc.cli.main import main

sys.exit(main())
