; A parameter's scope is its event; events are global.
(source_file) @local.scope
(event) @local.scope

(event name: (identifier) @local.definition.function)
(parameter name: (identifier) @local.definition.parameter)
(disable (pattern) @local.reference)
