; The captures are named as in tree-sitter's own list and Neovim's. If an editor does not know a dotted name,
; it uses the part before the dot.

(comment) @comment

["include" "prefix" "base"] @keyword.import
(disable "disable" @keyword.directive)
(property) @keyword.modifier

(event name: (identifier) @function)
(pattern) @function
(include prefix: (identifier) @module)
(prefix name: (identifier) @module)

(primitive_type) @type.builtin
(type_identifier) @type
(type_qualifier) @keyword.modifier
(tag) @keyword.type
(parameter "*" @operator)
(parameter name: (identifier) @variable.parameter)

(string) @string
(path) @string.special.path
(escape_sequence) @string.escape
(conversion) @character.special
(macro) @constant.macro
(integer) @number

["(" ")"] @punctuation.bracket
"," @punctuation.delimiter
