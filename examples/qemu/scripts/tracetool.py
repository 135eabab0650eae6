"""In QEMU, this file is tracetool. Here it starts tesc's, which takes the same arguments."""

import os
import sys

os.execvp("tesc", ["tesc", "tracetool", *sys.argv[1:]])
