from __future__ import annotations

from tesc.analysis.rule import SyntaxRule


class MissingParameterName(SyntaxRule):
    """A parameter has a type but no name.

    The names become the parameters of C functions, the fields of LTTng events and the variables of
    tapsets, so each parameter needs one.

    Wrong:

        gpio_set(int, bool level) "pin %d level %d"

    Right:

        gpio_set(int pin, bool level) "pin %d level %d"
    """

    code = "TE307"
    name = "missing-parameter-name"


RULE = MissingParameterName()
