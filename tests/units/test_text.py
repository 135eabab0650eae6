"""Which arguments are text, by type and conversion."""

from __future__ import annotations

import pytest

from tesc.units.text import Text, texts


@pytest.mark.parametrize(
    ("type_", "conversion", "fixed", "qemu"),
    [
        ("const char *", '"%s"', Text(), True),
        ("char *", '"%-8s"', Text(), True),
        ("char const *", '"%s"', Text(), False),
        ("const  char *", '"%s"', Text(), False),
        ("char  *", '"%s"', Text(), False),
        ("unsigned char *", '"%s"', Text(plain=False), False),
        ("const int8_t *", '"%s"', Text(plain=False), False),
        ("const char *", '"%.3s"', Text(3), True),
        ("const char *", '"%.s"', Text(0), True),
        ("const char *", '"%p"', None, True),
        ("char *", '"%p"', None, True),
        ("char **", '"%p"', None, False),
        ("char *", '"%ls"', None, True),
        ("wchar_t *", '"%ls"', None, False),
        ("void *", '"%s"', None, False),
        ("const char *", "", Text(), True),
        ("uint8_t *", "", None, False),
        ("int", '"%s"', None, False),
    ],
)
def test_one_argument(type_, conversion, fixed, qemu):
    assert texts([(type_, "a")], conversion, "fixed") == (fixed,)
    assert (texts([(type_, "a")], conversion, "qemu")[0] is not None) is qemu


def test_a_precision_that_another_parameter_gives():
    parameters = [("int", "w"), ("int", "n"), ("const char *", "s"), ("char *", "p")]
    assert texts(parameters, '"%*.*s %p"', "fixed") == (None, None, Text(limit=1), None)


def test_positions_name_their_parameters():
    parameters = [("char *", "p"), ("const char *", "s")]
    assert texts(parameters, '"%2$s %1$p"', "fixed") == (None, Text())
