"""A client's settings: section `tesc` of its configuration."""

from __future__ import annotations

from tesc.config.settings import PROFILES
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_DEBOUNCE = 10_000


@record
class ClientSettings:
    """The editor's settings; those that change findings are combined with tesc.toml's.

    `debounce` is the time from the last edit to the diagnostics, in milliseconds. `everywhere` means that
    findings in files that are not open are shown too.
    """

    debounce: int = 30
    everywhere: bool = False
    profile: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix_all_unsafe: bool = False
    hint_names: bool = True
    hint_ids: bool = False
    hint_parameters: bool = False
    code_lens: bool = False
    sources: bool = True
    source_tokens: bool = True


def settings_from(value: Any) -> tuple[ClientSettings, list[str]]:
    """The settings in a client's answer, and the errors in it; invalid settings keep their default.

    `value` is the section's object, or None.
    """
    given = value if isinstance(value, dict) else {}
    wrong: list[str] = []

    def take(key: str, kind: type, default: Any) -> Any:
        found: Any = given
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            return default
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            wrong.append(f"tesc.{key}: expected {_SHOWN[kind]}, not {found!r}")
            return default
        return found

    profile = take("profile", str, None) or None
    if profile is not None and profile not in PROFILES:
        wrong.append(f"tesc.profile: there is no profile '{profile}'")
        profile = None
    nothing = ClientSettings()
    settings = ClientSettings(
        debounce=min(max(take("debounce", int, nothing.debounce), 0), _MOST_DEBOUNCE),
        everywhere=take("diagnostics", str, "open") == "workspace",
        profile=profile,
        select=_rules("select", take("select", list, []), wrong),
        ignore=_rules("ignore", take("ignore", list, []), wrong),
        fix_all_unsafe=take("fixAllUnsafe", bool, nothing.fix_all_unsafe),
        hint_names=take("inlayHints.names", bool, nothing.hint_names),
        hint_ids=take("inlayHints.ids", bool, nothing.hint_ids),
        hint_parameters=take("inlayHints.parameters", bool, nothing.hint_parameters),
        code_lens=take("codeLens", bool, nothing.code_lens),
        sources=take("sources", bool, nothing.sources),
        source_tokens=take("sourceTokens", bool, nothing.source_tokens),
    )
    return settings, wrong


_SHOWN = {int: "a number", str: "a string", bool: "true or false", list: "a list"}


def _rules(key: str, selectors: list[Any], wrong: list[str]) -> tuple[str, ...]:
    if not selectors:
        return ()
    from tesc.analysis.selection import flaw_of

    kept = []
    for selector in map(str, selectors):
        flaw = flaw_of(selector)
        if flaw:
            wrong.append(f"tesc.{key}: {flaw}")
        else:
            kept.append(selector)
    return tuple(kept)
