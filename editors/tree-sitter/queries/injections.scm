; Where an editor has a grammar for printf formats, it says more of them than this one does.
((string) @injection.content
  (#set! injection.language "printf")
  (#set! injection.include-children))

((comment) @injection.content
  (#set! injection.language "comment"))
