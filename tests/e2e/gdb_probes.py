"""Run by gdb: write the arguments of every probe in PROBES that a program hits to the file PROBES_OUT."""

import json
import os

import gdb

out = open(os.environ["PROBES_OUT"], "w")  # noqa: SIM115 - closed at the end of the script


class Probe(gdb.Breakpoint):
    def __init__(self, name):
        super().__init__("-probe-stap qemu:" + name, internal=True)
        self.name = name

    def stop(self):
        found = []
        for at in range(int(gdb.parse_and_eval("$_probe_argc"))):
            try:
                found.append(int(gdb.parse_and_eval(f"$_probe_arg{at}")))
            except gdb.error as wrong:
                found.append(str(wrong))
        out.write(json.dumps([self.name, found]) + "\n")
        return False


for name in os.environ["PROBES"].split():
    Probe(name)
gdb.execute("run")
out.close()
