"""Code actions change the rules' examples in the same way as `tesc check --fix`."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from lsprotocol import types as t

from tesc.cli.main import main
from tesc.lsp.edits import workspace_edit
from tesc.lsp.features import code_actions
from tesc.lsp.reports import Reporter
from tesc.lsp.session import Session
from tesc.lsp.uris import uri_of
from tests.analysis.test_rules import EXAMPLES, RULES, SPOILT, page_examples, page_files
from tests.lsp.asking import ALL
from tests.lsp.editing import edited


def project(folder, files, profile, max_args=None, select=()):
    """Write an example's files and their configuration."""
    lines = [f"profile = {json.dumps(profile)}"]
    if max_args:
        lines.append(f"max-args = {max_args}")
    if select:
        lines.append(f"select = {json.dumps(list(select))}")
    (folder / "tesc.toml").write_text("\n".join(lines) + "\n")
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())


def of_fixture(files):
    options = {key: value for file in files for key, value in file.options.items()}
    select = options["select"].split(",") if "select" in options else ()
    data = {file.path: file.data for file in files}
    return data, options.get("profile", "default"), int(options.get("max-args", 0)), select


def page_of(code):
    """The example under `Wrong:` of a rule's page."""
    wrong, _ = page_examples(RULES[code].page())
    files = SPOILT[code](wrong) if code in SPOILT else page_files(wrong)
    files = {"trace-events": files} if isinstance(files, (str, bytes)) else files
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return data, RULES[code].example_profile, 0, () if RULES[code].on_by_default else ("ALL",)


def fixed_examples():
    """The examples with fixes, and the encodings to test: only other than ASCII characters depend on them."""
    known = [
        (param.id, of_fixture(param.values[1]))
        for param in EXAMPLES
        if any(line.startswith("fix(") for found in param.values[2] for line in found)
    ]
    known += [(f"page-{code}", page_of(code)) for code, rule in RULES.items() if rule.fixable]
    for name, (data, *options) in known:
        try:
            texts = {path: text.decode() for path, text in data.items() if "trace-events" in path}
        except UnicodeDecodeError:
            continue  # editors decode files before sending them
        ascii_only = all(text.isascii() for text in texts.values())
        for form in ("utf-16", "crlf") if ascii_only else ("utf-8", "utf-16", "utf-32", "crlf"):
            yield pytest.param(texts, *options, form, id=f"{name}-{form}")


@pytest.fixture
def handlers(monkeypatch):
    """The handlers of code actions, on a session without a client: `open` opens a folder's files."""

    found = {}
    server = SimpleNamespace(
        feature=lambda method, options=None: lambda f: found.setdefault(method, f),
        command=lambda name: lambda f: f,
    )
    code_actions.register(server)
    session = Session()
    literal = t.ClientCodeActionLiteralOptions(t.ClientCodeActionKindOptions([""]))
    supported = t.ClientCapabilities(
        text_document=t.TextDocumentClientCapabilities(
            code_action=t.CodeActionClientCapabilities(code_action_literal_support=literal)
        )
    )
    ls = SimpleNamespace(
        session=session,
        client_capabilities=supported,
        options={},
        view=lambda d: session.view(d.uri),
        edit=lambda edits: workspace_edit(
            edits, lambda path: (session.uri_of(path), None), session.encoding, False
        ),
    )

    def start(folder, paths, encoding):
        session.encoding = encoding
        one = session.add_folder(uri_of(str(folder)))
        for path in paths:
            session.read(one, str(folder / path))
        one.loaded = True
        uris = {path: uri_of(str(folder / path)) for path in paths}
        for path, uri in uris.items():
            session.open(uri, "trace-events", 1, (folder / path).read_bytes().decode())
        return uris

    def ask(uri, only, diagnostics):
        whole = t.Range(t.Position(0, 0), t.Position(100000, 0))
        context = t.CodeActionContext(diagnostics, only)
        params = t.CodeActionParams(t.TextDocumentIdentifier(uri), whole, context)
        return found[t.TEXT_DOCUMENT_CODE_ACTION](ls, params)

    return SimpleNamespace(start=start, ask=ask, session=session)


def plain(edit, uri):
    """A workspace edit of one document, as JSON."""
    places = [(one.range.start, one.range.end, one.new_text) for one in edit.changes.get(uri, [])]
    return [
        {
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            },
            "newText": text,
        }
        for start, end, text in places
    ]


@pytest.mark.parametrize(("texts", "profile", "max_args", "select", "form"), list(fixed_examples()))
def test_examples_are_fixed_as_by_the_command_line(
    texts, profile, max_args, select, form, handlers, tmp_path, monkeypatch, capsys
):
    if form == "crlf":
        texts = {path: text.replace("\r\n", "\n").replace("\n", "\r\n") for path, text in texts.items()}
    (tmp_path / "editor").mkdir()
    (tmp_path / "command").mkdir()
    for folder in (tmp_path / "editor", tmp_path / "command"):
        project(folder, {path: text.encode() for path, text in texts.items()}, profile, max_args, select)
    encoding = "utf-16" if form == "crlf" else form
    uris = handlers.start(tmp_path / "editor", texts, encoding)
    fixed = {}
    for path, uri in uris.items():
        view = handlers.session.view(uri)
        for one in view.project.found.get(view.source, []):
            if one.fix is None:
                continue
            told = Reporter(handlers.session).reported("", [one], True)
            made = [a for a in handlers.ask(uri, ["quickfix"], told) if a.diagnostics == told]
            wanted = texts[path]
            for edit in sorted(one.fix.edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
                wanted = wanted[: edit.span.start] + edit.text + wanted[edit.span.end :]
            results = {edited(texts[path], plain(a.edit, uri), encoding): a for a in reversed(made) if a.edit}
            assert wanted in results
            assert bool(results[wanted].is_preferred) == (one.fix.safety == "safe")
        found = handlers.ask(uri, [ALL], [])
        fixed[path] = edited(texts[path], plain(found[0].edit, uri), encoding) if found else texts[path]
    monkeypatch.chdir(tmp_path / "command")
    main(["check", "--fix", *texts])
    capsys.readouterr()
    assert fixed == {path: (tmp_path / "command" / path).read_bytes().decode() for path in texts}
