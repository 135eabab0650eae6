" Vim syntax file: trace-events files like QEMU's.
if exists('b:current_syntax')
  finish
endif

syntax case match

syntax match traceEventsComment '^\s*#.*$' contains=traceEventsIgnore,traceEventsTodo,@Spell
syntax match traceEventsIgnore '\<tesc:\s*ignore\%(-file\)\=\>\%(\[[^]]*\]\)\=' contained
syntax keyword traceEventsTodo contained TODO FIXME XXX

" disable before an event is a property, before patterns a directive.
syntax match traceEventsProperty '^\s*\%(\%(disable\|tcg\|vcpu\)\s\+\)\+\ze\h\w*\s*('
syntax match traceEventsDirective '^\s*\%(include\|prefix\|disable\)\>\%(\s*(\)\@!\%(\s\+\h\w*\s*(\)\@!'
syntax match traceEventsIncludeWord '"\s*\%(\<prefix\s\+\h\w*\s*\)\=\zs\<base\>\|"\s*\zs\<prefix\>'
syntax match traceEventsNumber '\<\%(0[xX]\x\+\|\d\+\)\>'

syntax match traceEventsName '\h\w*\ze\s*(' nextgroup=traceEventsParameters skipwhite
syntax region traceEventsParameters start='(' end=')\|$' contained keepend oneline
      \ contains=traceEventsType,traceEventsStar
syntax keyword traceEventsType contained void bool char short int long signed unsigned const struct
syntax match traceEventsType contained '\<\%(u\=int\%(8\|16\|32\|64\)_t\|s\=size_t\|u\=intptr_t\|ptrdiff_t\)\>'
syntax match traceEventsStar contained '\*'

syntax region traceEventsString start='"' skip='\\.' end='"\|$' keepend oneline
      \ contains=traceEventsConversion,traceEventsEscape
syntax match traceEventsConversion contained
      \ '%[-+ #0'']*\%(\*\|\d\+\)\=\%(\.\%(\*\|\d*\)\)\=\%(hh\|h\|ll\|l\|j\|z\|t\|L\|q\)\=[a-zA-Z%]'
syntax match traceEventsConversion contained '%[-+ #0'']*\d*\%(\.\d*\)\=\ze"'
syntax match traceEventsEscape contained '\\\%(\o\{1,3}\|x\x\+\|.\)'
syntax match traceEventsMacro '\<PRI[diouxX]\%(\%(LEAST\|FAST\)\=\%(8\|16\|32\|64\)\|MAX\|PTR\)\>'

highlight default link traceEventsComment Comment
highlight default link traceEventsIgnore SpecialComment
highlight default link traceEventsTodo Todo
highlight default link traceEventsProperty StorageClass
highlight default link traceEventsDirective Include
highlight default link traceEventsIncludeWord Include
highlight default link traceEventsNumber Number
highlight default link traceEventsName Function
highlight default link traceEventsType Type
highlight default link traceEventsStar Operator
highlight default link traceEventsString String
highlight default link traceEventsConversion SpecialChar
highlight default link traceEventsEscape SpecialChar
highlight default link traceEventsMacro Macro

let b:current_syntax = 'trace-events'
