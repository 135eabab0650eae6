; For lists of symbols, also GitHub's.
(event name: (identifier) @name) @definition.function
(disable (pattern) @name) @reference.call
