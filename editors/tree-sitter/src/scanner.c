/*
 * Lines: where each starts and ends. A mistake in a line must not affect the next one.
 *
 * tree-sitter skips as little as possible of what it cannot parse, and often that is a line's end: then it
 * would read the next line as the rest of the broken one. So this scanner remembers that a line with a
 * mistake has ended. From there on it returns single characters as tokens that no rule accepts, each of which
 * costs the parser as much as a node, until the parser gives up and returns to the level of lines. There the
 * parser asks for a line's start first, and the scanner forgets the mistake.
 */
#include "tree_sitter/parser.h"
#include "tree_sitter/alloc.h"

enum { LINE_END, LINE_START, MISTAKE };

/* Whether a line has ended while the parser was lost, and whether part of the next line was read. */
typedef enum { SOUND, LINE_PAST_MISTAKE, IN_LINE_PAST_MISTAKE } State;

typedef struct {
  State state;
} Scanner;

void *tree_sitter_trace_events_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_trace_events_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_trace_events_external_scanner_serialize(void *payload, char *buffer) {
  buffer[0] = (char)((Scanner *)payload)->state;
  return 1;
}

void tree_sitter_trace_events_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  ((Scanner *)payload)->state = length > 0 ? (State)buffer[0] : SOUND;
}

/* What grammar.js calls UNSEEN. */
static bool is_unseen(int32_t c) {
  return c == ' ' || c == '\t' || (c > 0 && c < 0x20 && c != '\n' && c != '\r') || (c >= 0x7f && c <= 0xa0) ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
         (c >= 0x205f && c <= 0x2064) || c == 0x3000 || c == 0xfeff;
}

static bool at_line_end(TSLexer *lexer) { return lexer->lookahead == '\n' || lexer->lookahead == '\r'; }

static void take_line_end(TSLexer *lexer) {
  bool carriage_return = lexer->lookahead == '\r';
  lexer->advance(lexer, false);
  if (carriage_return && lexer->lookahead == '\n') lexer->advance(lexer, false);
}

bool tree_sitter_trace_events_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  Scanner *scanner = payload;
  bool lost = valid_symbols[MISTAKE]; /* no rule has it, so it is valid only where everything is */
  if (lost && scanner->state != SOUND && !lexer->eof(lexer)) {
    bool ends = at_line_end(lexer);
    if (!ends) lexer->advance(lexer, false);
    else take_line_end(lexer);
    /* The end of an empty line is one more such character. One line that is not empty is enough: a parser
       that is still lost after it has no state to return to. */
    bool done = ends && scanner->state == IN_LINE_PAST_MISTAKE;
    lexer->result_symbol = done ? LINE_END : MISTAKE;
    scanner->state = done ? SOUND : ends ? LINE_PAST_MISTAKE : IN_LINE_PAST_MISTAKE;
    return true;
  }
  while (is_unseen(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->eof(lexer)) return false;
  if (at_line_end(lexer)) {
    if (!valid_symbols[LINE_END]) return false;
    take_line_end(lexer);
    scanner->state = lost ? LINE_PAST_MISTAKE : SOUND;
    lexer->result_symbol = LINE_END;
    return true;
  }
  if (lost || !valid_symbols[LINE_START]) return false;
  scanner->state = SOUND;
  lexer->result_symbol = LINE_START;
  return true;
}
