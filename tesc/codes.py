"""Codes of rules that stages before analysis report themselves, and reserved codes.

Rules declare their own codes; a stage that finds an error before any rule runs takes the code from here.
A code never changes its meaning, and the code of a removed rule is never reused.
"""

from __future__ import annotations

SYNTAX_ERROR = "TE001"
MISSING_LINE_END = "TE002"
UNKNOWN_PROPERTY = "TE003"
TEXT_AFTER_ITEM = "TE004"
NOT_UTF_8 = "TE005"
CONTROL_CHARACTER = "TE007"
UNUSED_IGNORE = "TE008"
REFUSED_BY_TRACETOOL = "TE009"
DUPLICATE_EVENT = "TE101"
NAMES_DIFFER_IN_CASE = "TE102"
GENERATED_NAME_CLASH = "TE103"
DUPLICATE_GROUP = "TE104"
TOO_MANY_ARGUMENTS = "TE301"
TYPE_NOT_ALLOWED = "TE302"
EMPTY_PARAMETER_LIST = "TE303"
DUPLICATE_PARAMETER = "TE304"
PARAMETER_NAME_CLASH = "TE305"
FLOATING_POINT = "TE306"
MISSING_PARAMETER_NAME = "TE307"
MALFORMED_TYPE = "TE308"
FORMAT_TYPE_MISMATCH = "TE401"
FORMAT_NOT_PORTABLE = "TE404"
ERRNO_FORMAT = "TE405"
NEWLINE_IN_FORMAT = "TE406"
INVALID_STRING = "TE410"
UNKNOWN_MACRO = "TE411"
STRING_FROM_NON_STRING = "TE415"
NOT_IN_RUST = "TE421"
NAME_TOO_LONG = "TE435"
INCLUDE_NOT_FOUND = "TE501"
INCLUDE_CYCLE = "TE502"
PATTERN_MATCHES_NOTHING = "TE504"
MISPLACED_PREFIX = "TE505"
INCLUDE_TOO_DEEP = "TE506"
UNUSED_EVENT = "TE601"
UNDECLARED_EVENT = "TE602"
WRONG_ARGUMENT_COUNT = "TE603"
NOT_CANONICAL = "TE701"

# Codes of rules that were merged into others, and of future rules with these names.
RESERVED = {
    "TE106": "part of TE105 and TE108",
    "TE110": "listed-twice",
    "TE423": "part of TE418",
    "TE424": "part of TE418",
    "TE427": "part of TE418",
    "TE431": "label-names-another-parameter",
    "TE436": "not-invertible",
    "TE437": "negative-in-systemtap",
    "TE439": "cut-in-rust",
    "TE503": "part of TE501",
    "TE507": "part of TE506",
    "TE602": "undeclared-event",
    "TE604": "event-in-wrong-folder",
    "TE605": "swapped-arguments",
    "TE606": "null-for-string",
    "TE607": "argument-kind-mismatch",
    "TE608": "narrowed-argument",
    "TE702": "file-comment",
    "TE703": "misspelt-word",
    "TE704": "empty-file",
    "TE80": "changes of what is on the wire",
    "TE81": "changes of probes",
    "TE82": "changes of text",
    "TE83": "changes of names",
    "TE84": "changes of sources",
}
