; For lists of symbols, and GitHub's.
(event name: (identifier) @name) @definition.function
(disable (pattern) @name) @reference.call
