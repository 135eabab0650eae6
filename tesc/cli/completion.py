"""`tesc completion`: scripts that let a shell complete tesc's commands, options, rules, files and events."""

from __future__ import annotations

import argparse
import re

from tesc.cli.terminal import print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.cli.commands import Commands

SHELLS = ("bash", "zsh", "fish")
# What the scripts ask for while a word is completed.
EVENTS = "events"

_EPILOG = """\
bash, with the package bash-completion:
  mkdir -p ~/.local/share/bash-completion/completions
  tesc completion bash > ~/.local/share/bash-completion/completions/tesc
zsh, with 'fpath=(~/.zfunc $fpath)' before 'autoload -U compinit && compinit' in ~/.zshrc:
  mkdir -p ~/.zfunc
  tesc completion zsh > ~/.zfunc/_tesc
fish:
  mkdir -p ~/.config/fish/completions
  tesc completion fish > ~/.config/fish/completions/tesc.fish

New shells use it. For the name of an event it runs 'tesc completion events', which prints the effective names
of all events below the working folder.
"""

# The options that take names separated by commas, other than rules and events.
_NAMES = ("backends", "formats")
# How rules, events and trace-events files are completed, by shell.
_RULES = {"bash": "_tesc_rules", "zsh": "_tesc_rules", "fish": "(_tesc_rules)"}
_EVENTS = {"bash": "_tesc_events", "zsh": "_tesc_events", "fish": "(_tesc_events)"}
_TRACE_EVENTS = {
    "bash": "_tesc_trace_events_files",
    "zsh": "_files -g '*trace-events'",
    "fish": "(_tesc_trace_events)",
}
_BASH = """\
# $1: the word so far; $2: what may be in it, separated by commas.
_tesc_any_of() {
  local head=
  [[ $1 == *,* ]] && head="${1%,*},"
  compgen -P "$head" -W "$2" -- "${1##*,}"
}
_tesc_rules() {
  _tesc_any_of "$1" "@RULES@"
}
_tesc_events() {
  _tesc_any_of "$1" "$(tesc completion events 2>/dev/null)"
}
_tesc_backends() {
  _tesc_any_of "$1" "@BACKENDS@"
}
_tesc_formats() {
  _tesc_any_of "$1" "@FORMATS@"
}
_tesc_trace_events_files() {
  compgen -f -X '!*trace-events' -- "$1"
  compgen -d -- "$1"
}
"""
# The library's script ignores that bash splits --option=value into three words.
_BASH_END = """\

_tesc() {
  local words=() at cursor=0
  for at in "${!COMP_WORDS[@]}"; do
    if [[ $at -gt 0 && ${COMP_WORDS[at]} == = && ${COMP_WORDS[at-1]} == --* ]]; then
      [[ $at -eq $COMP_CWORD ]] && words+=("")
    else
      words+=("${COMP_WORDS[at]}")
    fi
    [[ $at -eq $COMP_CWORD ]] && cursor=$((${#words[@]} - 1))
  done
  local COMP_WORDS=("${words[@]}") COMP_CWORD=$cursor
  _shtab_tesc "$@"
}
complete -o bashdefault -F _tesc tesc
"""
# An option with a value in zsh's script: its names up to the description, after which the value follows.
_ZSH_VALUE = re.compile(
    r"""^  (?:"\*")?(?:"\*?--?[\w-]+|\{[\w,-]+\}")(?=\[(?:\\.|[^\]\\])*\]:)""", re.MULTILINE | re.ASCII
)
_ZSH_NAME = re.compile(r"--?[\w-]+", re.ASCII)
# One or more positional arguments, or any number, of which the library's script completes just the first.
_ZSH_SEVERAL = re.compile(r'^  "\(\*\)::?', re.MULTILINE)
_ZSH = """\
_tesc_rules() {
  local -a rules=(@RULES@)
  compset -P '*,'
  _describe -t rules rule rules
}
_tesc_events() {
  local -a events=(${(f)"$(tesc completion events 2>/dev/null)"})
  compset -P '*,'
  compadd -a events
}
_tesc_backends() {
  compset -P '*,'
  compadd @BACKENDS@
}
_tesc_formats() {
  compset -P '*,'
  compadd @FORMATS@
}
"""
_FISH = """\
function _tesc_head
  set -l word (string replace -r -- '^-[^=]*=' '' (commandline -ct))
  string match -r -- '^.*,' $word
end
function _tesc_rules
  set -l head (_tesc_head)
  for rule in @RULES@
    set -l pair (string split : $rule)
    printf '%s%s\\t%s\\n' "$head" $pair[1] $pair[2]
  end
end
function _tesc_events
  _tesc_any_of (tesc completion events 2>/dev/null)
end
function _tesc_any_of
  set -l head (_tesc_head)
  for name in $argv
    echo "$head$name"
  end
end
function _tesc_backends
  _tesc_any_of @BACKENDS@
end
function _tesc_formats
  _tesc_any_of @FORMATS@
end
function _tesc_trace_events
  for path in (__fish_complete_path (commandline -ct))
    set -l name (string split -m1 \\t -- $path)[1]
    string match -q -- '*trace-events' $name; and echo $path
    string match -q -- '*/' $name; and echo $path
  end
end
"""


def add_parser(commands: Commands) -> None:
    parser = commands.add_parser(
        "completion",
        help="print a completion script for bash, zsh or fish",
        description="Print a script that makes a shell complete commands, options, rules, files and events.",
        epilog=_EPILOG,
    )
    parser.add_argument("shell", choices=[*SHELLS, EVENTS], help="the shell; events: see below")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    print_text(_names() if options.shell == EVENTS else script(options.shell))
    return 0


def _names() -> str:
    """The effective names of the events below the working folder, one per line."""
    from tesc.file_settings import Overrides
    from tesc.files import find_files
    from tesc.paths import distinct
    from tesc.workspace import Workspace

    workspace = Workspace(Overrides(folders=(".",)))
    for file in distinct(find_files(".")):
        if not workspace.excludes(file):
            workspace.add_file(file)
    workspace.resolve()
    names = {event.name for unit in workspace.units for event in unit.events}
    return "".join(f"{name}\n" for name in sorted(names))


def script(shell: str) -> str:
    """The script for a shell."""
    import shtab

    from tesc.cli.parsers import arguments, commands, whole_parser

    parser = whole_parser()
    for _, purpose, command in commands(parser):
        command.description = purpose
        for action in arguments(command):
            completed = _completion(action, shtab.FILE, shtab.DIRECTORY)
            if completed is not None:
                action.complete = completed  # type: ignore[attr-defined]
    preamble: Any = _preamble()
    text: str = shtab.complete(parser, shell, preamble=preamble)
    if shell == "zsh":
        text = _ZSH_SEVERAL.sub('  "*:', _ZSH_VALUE.sub(_with_equals_sign, text))
    return text.rstrip("\n") + "\n" + (_BASH_END if shell == "bash" else "")


def _with_equals_sign(found: re.Match[str]) -> str:
    """The names of an option for zsh, which also take the value in the same word."""
    return _ZSH_NAME.sub(lambda name: name[0] + ("=" if name[0].startswith("--") else "+"), found[0])


def _completion(action: argparse.Action, file: Any, folder: Any) -> Any:
    """How an argument without fixed choices is completed; its metavar says what it is."""
    if action.choices or action.nargs == 0:
        return None
    what = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if what.startswith("RULE"):
        return _RULES
    if action.dest in _NAMES:
        name = f"_tesc_{action.dest}"
        return {"bash": name, "zsh": name, "fish": f"({name})"}
    if what == "EVENT" or what.startswith("PATTERN"):
        return _EVENTS
    if what.startswith("DIR"):
        return folder
    if what.startswith("PATH") or (what == "FILE" and not action.option_strings):
        return _TRACE_EVENTS
    return file if what.startswith(("FILE", "TRACE")) else None


def _preamble() -> dict[str, str]:
    """The definitions at the start of the scripts, by shell."""
    from tesc.analysis.registry import all_rules
    from tesc.codegen.qemu import BACKENDS
    from tesc.codegen.tree.plan import FORMATS

    rules = all_rules()
    words = " ".join(word for rule in rules for word in (rule.code, rule.name))
    described = " ".join(f"{rule.code}:{rule.name} {rule.name}:{rule.code}" for rule in rules)

    def filled(text: str, rules: str) -> str:
        names = text.replace("@BACKENDS@", " ".join(BACKENDS)).replace("@FORMATS@", " ".join(FORMATS))
        return names.replace("@RULES@", rules)

    return {"bash": filled(_BASH, words), "zsh": filled(_ZSH, described), "fish": filled(_FISH, described)}
