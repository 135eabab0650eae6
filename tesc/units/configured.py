"""The directives that a configuration adds to a root file, at their places in the configuration."""

from __future__ import annotations

from tesc.syntax.nodes import Disable, Include, Tree, Word
from tesc.syntax.source import Source, Span
from tesc.units.outside import directive_of, include_directive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.loading import Configuration
    from tesc.config.positions import Path
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Item


def configured(configuration: Configuration, settings: Settings, file: str, shown: str) -> tuple[Tree, ...]:
    """The directives that a root file's settings add to it. Raises BadDirective if one is invalid.

    `settings` are those of the configuration; `shown` is its path in messages.
    """
    source = Source(shown, configuration.text, configuration.path, relative_to=file)
    items = tuple(
        _at(directive_of(line), source, configuration.extent(*keys)) for line, keys in _lines(settings, file)
    )
    return (Tree(source, items, ()),) if items else ()


def _lines(settings: Settings, file: str) -> Iterator[tuple[str, Path]]:
    """Each directive as a line, and the path of its value in the configuration."""
    mine = settings.unit_of(file)
    number = settings.units.index(mine) if mine in settings.units else 0
    for index, text in enumerate(mine.include):
        yield include_directive(text), ("unit", number, "include", index)
    for keys, patterns in (((), settings.disable), (("unit", number), mine.disable)):
        for index, text in enumerate(patterns):
            yield f"disable {text}", (*keys, "disable", index)


def _at(item: Item, source: Source, extent: tuple[int, int]) -> Item:
    """A directive with its words' places in the configuration's text."""
    begin, end = extent
    value = source.text[begin:end]
    line, _ = source.place(begin)

    def placed(text: str) -> int:
        return begin + max(value.find(text), 0)

    def word(given: Word | None, before: str) -> Word | None:
        return given and Word(placed(before + given.text) + len(before), given.text)

    if isinstance(item, Disable):
        patterns = tuple(Word(placed(one.text), one.text) for one in item.patterns)
        return Disable(begin, end, line, patterns)
    assert isinstance(item, Include)
    start = placed(item.path)
    return Include(
        start=begin,
        end=end,
        line=line,
        path=item.path,
        path_span=Span(start, start + len(item.path)),
        prefix=word(item.prefix, "prefix="),
        base=word(item.base, "base="),
    )
