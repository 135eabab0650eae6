; A parameter is known within its event; an event everywhere.
(source_file) @local.scope
(event) @local.scope

(event name: (identifier) @local.definition.function)
(parameter name: (identifier) @local.definition.parameter)
(disable (pattern) @local.reference)
