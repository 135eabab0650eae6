"""Which types dtrace(1) reads: tesc's answers, compared with dtrace's own grammar."""

from __future__ import annotations

import json
import subprocess
from itertools import product

import pytest

from tesc.units.d_types import is_read, provider_type, source_type

WORDS = "char short int long signed unsigned const void bool int8_t uint64_t size_t".split()
STARS = ("", " *", "*", " **", " * *", " * const *")
# Run by the system's Python, for which dtrace(1) and pyparsing are installed.
GRAMMAR = """\
import importlib.machinery, importlib.util, json, sys
loader = importlib.machinery.SourceFileLoader("dtrace", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dtrace", loader))
loader.exec_module(module)
provider = module._PypProvider()
provider.dtrace_bnf()
def reads(type_):
    try:
        text = "provider qemu {\\nprobe e(%s v);\\n};\\n" % type_
        provider.bnf.parseString(text, parseAll=True)
    except module.ParseException:
        return False
    return True
print(json.dumps([reads(type_) for type_ in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def dtrace_reads(need, skip_without):
    """A function that says whether dtrace(1) reads each of some types."""
    dtrace = need("dtrace", "systemtap-sdt-dev")
    if subprocess.run(["/usr/bin/python3", "-c", "import pyparsing"], capture_output=True).returncode:
        skip_without("pyparsing of the system's Python (Debian's package python3-pyparsing)")

    def ask(types: list[str]) -> list[bool]:
        done = subprocess.run(
            ["/usr/bin/python3", "-B", "-c", GRAMMAR, dtrace],
            input=json.dumps(types),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


SPELLINGS = [
    f"{' '.join(words)}{stars}" for n in (1, 2, 3) for words in product(WORDS, repeat=n) for stars in STARS
]


def test_every_spelling_is_judged_as_dtrace_does(dtrace_reads):
    wrong = [
        (type_, read) for type_, read in zip(SPELLINGS, dtrace_reads(SPELLINGS)) if is_read(type_) != read
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("type_", "provider", "source"),
    [
        ("long long int", "int64_t", "long long"),
        ("unsigned long long int", "uint64_t", "unsigned long long"),
        ("long long unsigned", "uint64_t", "unsigned long long"),
        ("signed char", "int8_t", "int8_t"),
        ("const unsigned char *", "unsigned char const *", "unsigned char const *"),
        ("unsigned const char *", "unsigned char const *", "unsigned char const *"),
        ("const unsigned int", "unsigned int", "unsigned int"),
        ("const unsigned long", "unsigned long", "unsigned long"),
        ("char * *", "char **", "char **"),
        ("const char * const *", "const void *", None),
        ("unsigned *", "unsigned int *", "unsigned int *"),
        ("const long long *", "const int64_t *", "const long long *"),
        ("signed short", "short", "int16_t"),
        ("const int", "const int", "int"),
        ("unsigned char const *", "unsigned char const *", "unsigned char const *"),
        ("hwaddr", "hwaddr", None),
    ],
)
def test_what_is_written_instead(type_, provider, source, dtrace_reads):
    assert provider_type(type_) == provider
    assert source_type(type_) == source
    assert dtrace_reads([provider]) == [True]
