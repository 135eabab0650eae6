" ALE finds this file by its folder's name. Set g:ale_trace_events_tesc_executable to use another tesc.
call ale#Set('trace_events_tesc_executable', 'tesc')

function! TescProjectRoot(buffer) abort
  for l:marker in ['tesc.toml', '.git']
    let l:found = ale#path#FindNearestFile(a:buffer, l:marker)
    if empty(l:found)
      let l:found = ale#path#FindNearestDirectory(a:buffer, l:marker)
    endif
    if !empty(l:found)
      return fnamemodify(substitute(l:found, '/$', '', ''), ':h')
    endif
  endfor
  return fnamemodify(bufname(a:buffer), ':p:h')
endfunction

call ale#linter#Define('trace-events', {
\   'name': 'tesc',
\   'lsp': 'stdio',
\   'language': 'trace-events',
\   'executable': {buffer -> ale#Var(buffer, 'trace_events_tesc_executable')},
\   'command': '%e lsp',
\   'project_root': function('TescProjectRoot'),
\})
