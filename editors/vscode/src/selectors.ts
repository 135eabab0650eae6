// The documents that are sent to tesc, and the features for each kind.
import type { DocumentSelector, LanguageClient, ServerCapabilities } from "vscode-languageclient/node";

export const LANGUAGE = "trace-events";

/** trace-events files, and sources in which `trace_NAME(` leads to the event. */
export const SOURCES = ["c", "cpp", "rust"];

const EVENTS: DocumentSelector = [
  { language: LANGUAGE, scheme: "file" },
  { language: LANGUAGE, scheme: "untitled" },
];
export const ALL: DocumentSelector = [...EVENTS, ...SOURCES.map((language) => ({ language, scheme: "file" }))];

// For C files, other extensions do these: a second formatter, for example, makes VS Code ask which one to use.
// The features not listed here answer at calls of events, and nowhere else in C and Rust files.
const OF_EVENTS_ONLY = [
  "textDocument/codeLens",
  "textDocument/documentHighlight",
  "textDocument/documentLink",
  "textDocument/documentSymbol",
  "textDocument/foldingRange",
  "textDocument/formatting",
  "textDocument/inlayHint",
  "textDocument/onTypeFormatting",
  "textDocument/rangeFormatting",
  "textDocument/selectionRange",
];

/** Limit C and Rust files to the features that tesc has for them; call this before the client starts. */
export function keepToEvents(client: LanguageClient): void {
  for (const method of OF_EVENTS_ONLY) {
    const feature = client.getFeature(method as "textDocument/formatting") as Feature | undefined;
    if (feature === undefined) continue;
    const initialize = feature.initialize.bind(feature);
    feature.initialize = (capabilities) => initialize(capabilities, EVENTS);
  }
}

interface Feature {
  initialize(capabilities: ServerCapabilities, selector: DocumentSelector | undefined): void;
}
