// Which documents tesc hears of, and for which of them it offers what.
import type { DocumentSelector, LanguageClient, ServerCapabilities } from "vscode-languageclient/node";

export const LANGUAGE = "trace-events";

/** trace-events files, and sources in which `trace_NAME(` leads to the event. */
export const SOURCES = ["c", "cpp", "rust"];

const EVENTS: DocumentSelector = [
  { language: LANGUAGE, scheme: "file" },
  { language: LANGUAGE, scheme: "untitled" },
];
export const ALL: DocumentSelector = [...EVENTS, ...SOURCES.map((language) => ({ language, scheme: "file" }))];

// In a C file these belong to others: a second formatter, for one, makes VS Code ask which is meant.
// What is not in the list tesc answers at calls of events, and says nothing anywhere else.
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

/** Offer to C and Rust files only what tesc has for them; before the client starts. */
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
