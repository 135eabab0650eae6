/**
 * The trace-events language for tree-sitter. tesc/grammar.lark defines its syntax; tests/editors/tree_sitter
 * compares the two grammars. After a change: npm run generate (see README.md).
 *
 * This grammar also parses the declarations of parameters, because editors must tell the name from the
 * type: the rules `_qualified` to `_past_star` read a declaration from left to right, and each is named
 * after what it has seen. One word of lookahead decides: the name is the word before `,` or `)`.
 * All lists are left-recursive. To recover from an error, the parser looks at most 16 stack entries back,
 * and the start of the line has to be among them.
 */

const KINDS = [
  "void", "bool", "char", "short", "int", "long", "signed", "unsigned", "float", "double",
  "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
  "size_t", "ssize_t", "intptr_t", "uintptr_t", "ptrdiff_t",
];
const QUALIFIERS = ["const", "volatile", "restrict"];
const TAGS = ["struct", "union", "enum"];

// Spaces, and invisible characters: tesc reads these as spaces, and reports them.
const UNSEEN =
  /[ \t\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/;

const named = ($, ...words) => choice(...words.map((word) => alias(word, $.identifier)));
const property = ($, ...words) => field("property", choice(...words.map((word) => alias(word, $.property))));
const pattern = ($, ...words) => choice(...words.map((word) => alias(word, $.pattern)));

module.exports = grammar({
  name: "trace_events",

  word: ($) => $._word,

  extras: () => [UNSEEN],

  // See src/scanner.c.
  externals: ($) => [$._line_end, $._line_start, $.mistake],

  rules: {
    source_file: ($) => seq(optional($._line), repeat(seq($._line_end, optional($._line)))),

    _line: ($) => seq($._line_start, $._item),

    _item: ($) => choice($.event, $.include, $.prefix, $.disable, $.comment),

    comment: () => /#[^\r\n]*/,

    _word: () => /[A-Za-z0-9_]+/,

    // A word before a parenthesis is the event's name, even `include`, `prefix` and `disable`.
    event: ($) => seq($._head, field("parameters", $.parameters), field("format", optional($.format))),

    _head: ($) =>
      choice(
        field("name", named($, $._word, "include", "prefix", "disable")),
        seq(property($, "disable"), field("name", named($, $._word, "include", "prefix", "disable", "base"))),
        seq($._properties, field("name", named($, $._word))),
      ),

    // A word after `disable` may be a pattern of the directive, unless another word follows.
    _properties: ($) =>
      choice(
        property($, $._word),
        seq(property($, "disable"), property($, $._word, "disable")),
        seq($._properties, property($, $._word)),
      ),

    parameters: ($) =>
      seq(
        "(",
        optional(choice(alias("void", $.primitive_type), seq($.parameter, repeat(seq(",", $.parameter))))),
        ")",
      ),

    parameter: ($) =>
      choice(
        seq($._qualified, choice($._name, $._odd_name)),
        seq($._typed, choice($._name, $._odd_name)),
        seq($._typed_tag, $._name),
        seq($._starred, choice($._name, $._odd_name)),
      ),

    _kind: ($) => field("type", $.primitive_type),
    _qualifier: ($) => field("type", $.type_qualifier),
    _tag: ($) => field("type", alias(choice(...TAGS), $.tag)),
    _unknown: ($) => field("type", alias($._word, $.type_identifier)),
    _star: () => field("type", "*"),
    _name: ($) => field("name", named($, $._word)),
    _odd_name: ($) => field("name", named($, ...TAGS)),

    // No type yet: the last word is a qualifier, or a tag.
    _qualified: ($) => seq(optional(choice($._qualified, $._tagged)), $._qualifier),
    _tagged: ($) => seq(optional(choice($._qualified, $._tagged)), $._tag),

    // A type without stars. A word that is not a known type is the name, or the type of a pointer.
    _typed: ($) =>
      choice(
        seq(optional(choice($._qualified, $._tagged)), choice($._kind, $._unknown)),
        seq(choice($._typed, $._typed_tag), choice($._kind, $._qualifier)),
      ),
    _typed_tag: ($) => seq(choice($._typed, $._typed_tag), $._tag),

    // The last word is a star.
    _starred: ($) =>
      choice(
        seq(choice($._qualified, $._tagged), $._star),
        seq(choice($._typed, $._typed_tag, $._starred, $._past_star), optional($._unknown), $._star),
      ),

    // No name may follow, because a pointer itself cannot be qualified.
    _past_star: ($) => seq(choice($._starred, $._past_star), choice($._qualifier, $._tag, $._kind)),

    primitive_type: () => choice(...KINDS),
    type_qualifier: () => choice(...QUALIFIERS),

    format: ($) => seq($.string, repeat(choice($.string, alias($._word, $.macro)))),

    string: ($) =>
      seq(
        '"',
        repeat(choice($.string_content, $.escape_sequence, $.conversion)),
        token.immediate('"'),
      ),

    string_content: () => token.immediate(prec(1, /[^"\\%\r\n]+/)),

    escape_sequence: () =>
      token.immediate(
        prec(1, /\\([0-7]{1,3}|x[0-9A-Fa-f]+|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^\r\n])/),
      ),

    // At most up to the end of the literal: the letter may come from a macro.
    conversion: () =>
      token.immediate(
        prec(
          1,
          /%([0-9]+\$)?[-+ #0'I]*(\*([0-9]+\$)?|[0-9]+)?(\.(\*([0-9]+\$)?|-?[0-9]*))?(hh|h|ll|l|q|L|j|z|Z|t)?[^"\\\r\n]?/,
        ),
      ),

    include: ($) =>
      seq(
        "include",
        field("path", $.path),
        optional(seq("prefix", field("prefix", named($, $._word, "base")))),
        optional(seq("base", field("base", $.integer))),
      ),

    path: () => /"([^"\\\r\n]|\\[^\r\n])*"/,

    integer: () => /0[xX][0-9A-Fa-f]+|[0-9]+/,

    prefix: ($) => seq("prefix", field("name", named($, $._word))),

    // What looks like the first pattern may turn out to be an event's property or name.
    disable: ($) =>
      seq(
        "disable",
        pattern($, $._word, $._glob, "include", "prefix", "disable", "base"),
        repeat(seq(",", pattern($, $._word, $._glob))),
      ),

    _glob: () => /[A-Za-z0-9_]*[*?][A-Za-z0-9_*?]*/,
  },
});
