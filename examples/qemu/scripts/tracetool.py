"""QEMU's tracetool is in this file. This one starts tesc's, which takes the same arguments."""

import os
import sys

os.execvp("tesc", ["tesc", "tracetool", *sys.argv[1:]])
