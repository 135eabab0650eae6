"""A page on the grammar: EBNF and a railroad diagram per rule, from grammar.lark."""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple, Union

import railroad
from lark.load_grammar import load_grammar
from prose import markdown

from tesc.syntax import grammar

DIAGRAMS = "reference/grammar"

_STYLE = """\
svg.railroad-diagram { background: #fff; }
svg.railroad-diagram path { stroke: #333; stroke-width: 2; fill: none; }
svg.railroad-diagram text { font: 14px monospace; text-anchor: middle; fill: #000; }
svg.railroad-diagram rect { stroke: #333; stroke-width: 1.5; fill: #e8f0fe; }
svg.railroad-diagram g.terminal rect { fill: #e6f4ea; }
"""

_HEAD = """\
# Grammar

There is one item per line, with optional spaces and tabs between its parts. Comments (lines that begin with
`#`) and blank lines are not items. [The language](language.md) says what the items mean.

This page is generated from `tesc/grammar.lark`, which the parser also reads. Green boxes with round ends are
literal text, or a kind of word from the [table below](#words); blue boxes are other rules.
"""

_WORDS = """\
## Words

| word | as a regular expression |
| --- | --- |
"""


class Text(NamedTuple):
    """Literal text."""

    text: str


class Word(NamedTuple):
    """A word that a regular expression describes."""

    name: str


class Rule(NamedTuple):
    name: str


class Group(NamedTuple):
    """Parts: in sequence (','), one of them ('|'), or one part repeated ('?', '*', '+')."""

    kind: str
    parts: tuple[Part, ...]


Part = Union[Text, Word, Rule, "Group"]


def pages() -> dict[str, str]:
    """The page and its diagrams, by their paths below docs/."""
    rules, words = _read()
    comments = _comments()
    lines = [_HEAD]
    made = {}
    for name, part in rules.items():
        made[f"{DIAGRAMS}/{name}.svg"] = _diagram(part)
        lines += [f"## {name}", ""]
        if name in comments:
            lines += [comments[name], ""]
        lines += [f"![{name}](grammar/{name}.svg)", "", "```ebnf", f"{name} ::= {_ebnf(part)}", "```", ""]
    lines.append(_WORDS + "\n".join(f"| `{name}` | {_code(text)} |" for name, text in words.items()))
    return {"reference/grammar.md": "\n".join(lines) + "\n", **made}


def _read() -> tuple[dict[str, Part], dict[str, str]]:
    """The rules, and the words defined by regular expressions."""
    read, _ = load_grammar(grammar.text(), grammar.PATH, [], False)
    texts, words = {}, {}
    ignored = set(re.findall(r"^%ignore (\w+)", grammar.text(), re.M))
    for name, (tree, _) in read.term_defs:
        literal = next(tree.scan_values(lambda token: token.type in ("STRING", "REGEXP")))
        text = literal[1:-1]
        if literal.type == "REGEXP":
            # Word boundaries are left out.
            text = re.sub(r"\(\?!.*\)$", "", text)
        if literal.type == "STRING" or text.isalpha():
            texts[str(name)] = text
        elif str(name) not in ignored:
            words[str(name)] = literal[1:-1]
    rules = {str(name): _part(tree, texts) for name, _, tree, _ in read.rule_defs}
    return rules, words


def _part(tree: Any, texts: dict[str, str]) -> Part:
    """A lark tree as a part."""
    if not hasattr(tree, "data"):
        name = str(tree.name)
        if type(tree).__name__ == "NonTerminal":
            return Rule(name)
        return Text(texts[name]) if name in texts else Word(name)
    if tree.data == "literal":
        return Text(tree.children[0][1:-1])
    if tree.data == "expr":
        return Group(str(tree.children[1]), (_part(tree.children[0], texts),))
    kind = {"expansions": "|", "expansion": ",", "value": ",", "maybe": "?"}[tree.data]
    parts = tuple(_part(child, texts) for child in tree.children)
    return parts[0] if len(parts) == 1 and kind != "?" else Group(kind, parts)


def _ebnf(part: Part, within: str = "") -> str:
    """A part in the notation of the XML specification, in parentheses if `within` needs them."""
    if isinstance(part, Text):
        return f"'{part.text}'" if '"' in part.text else f'"{part.text}"'
    if not isinstance(part, Group):
        return part.name
    if part.kind in "?*+":
        return _ebnf(part.parts[0], part.kind) + part.kind
    text = (" | " if part.kind == "|" else " ").join(_ebnf(one, part.kind) for one in part.parts)
    return f"({text})" if within in ("?", "*", "+") or (within == "," and part.kind == "|") else text


def _diagram(part: Part) -> str:
    written = io.StringIO()
    railroad.Diagram(_drawn(part)).writeStandalone(written.write, css=_STYLE)
    return written.getvalue().rstrip("\n") + "\n"


def _drawn(part: Part) -> railroad.DiagramItem:
    if isinstance(part, Rule):
        return railroad.NonTerminal(part.name)
    if isinstance(part, (Text, Word)):
        return railroad.Terminal(part[0])
    parts = [_drawn(one) for one in part.parts]
    if part.kind == "|":
        return railroad.Choice(0, *parts)
    if part.kind == ",":
        return railroad.Sequence(*parts)
    return {"?": railroad.Optional, "*": railroad.ZeroOrMore, "+": railroad.OneOrMore}[part.kind](*parts)


def _comments() -> dict[str, str]:
    """The comment above each rule."""
    found = re.finditer(r"^((?://.*\n)+)\??([a-z_]+):", grammar.text(), re.M)
    return {match[2]: markdown(re.sub(r"^// ?", "", match[1], flags=re.M)) for match in found}


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
