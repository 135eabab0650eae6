; If an editor has a grammar for printf formats, it highlights more of them than this one.
((string) @injection.content
  (#set! injection.language "printf")
  (#set! injection.include-children))

((comment) @injection.content
  (#set! injection.language "comment"))
