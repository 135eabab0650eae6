" Does in Vim with ALE what a user does, and writes what came of it to the file $OUT as JSON.
set nocompatible hidden noswapfile viminfo= nomore
set runtimepath^=/usr/share/vim-ale
execute 'set runtimepath^=' .. fnameescape($RUNTIME)
let g:ale_trace_events_tesc_executable = $TESC
let g:ale_lint_delay = 50
filetype plugin on
syntax on
runtime plugin/ale.vim

let s:result = {}
let s:begin = reltime()

func s:Fail(what)
  let s:result.problem = a:what
  call s:End()
endfunc

func s:End()
  call writefile([json_encode(s:result)], $OUT)
  execute has_key(s:result, 'problem') ? 'cquit!' : 'qall!'
endfunc

" Each step waits for its test and then goes on to the next one.
let s:steps = []
func s:Tick(timer)
  if empty(s:steps)
    return s:End()
  endif
  let [l:what, l:Test, l:Then] = s:steps[0]
  if l:Test()
    call remove(s:steps, 0)
    call l:Then()
    let s:begin = reltime()
  elseif reltimefloat(reltime(s:begin)) > 20.0
    return s:Fail('timed out: ' .. l:what)
  endif
  call timer_start(50, function('s:Tick'))
endfunc

func s:Found()
  let l:list = getloclist(0)
  return map(sort(l:list, {a, b -> a.lnum == b.lnum ? a.col - b.col : a.lnum - b.lnum}),
        \ {_, d -> [d.lnum, d.col, matchstr(d.text, 'TE\d\+')]})
endfunc

func s:Seen()
  let s:result.filetype = &filetype
  let s:result.expandtab = &expandtab
  let s:result.syntax = synIDattr(synID(3, 1, 1), 'name')
  let s:result.diagnostics = s:Found()
  call cursor(2, 12)
  ALEGoToDefinition
endfunc

func s:Jumped()
  let s:result.jumped = [line('.'), col('.')]
  call cursor(3, 3)
  call feedkeys(":ALERename\<CR>\<C-u>wire_start\<CR>", 't')
endfunc

func s:Renamed()
  let s:result.renamed = [getline(3), get(getbufline('wire.c', 3), 0, '')]
  " Neither ALE nor the server watches files: what is saved is what the server is told of.
  silent wall
  call setline(6, 'wire_read(int port, uint64_t addr) "port %d addr 0x%" PRIx64')
  doautocmd TextChanged
endfunc

func s:Mended()
endfunc

let s:steps = [
      \ ['diagnostics', {-> !empty(getloclist(0))}, function('s:Seen')],
      \ ['jump', {-> line('.') == 5}, function('s:Jumped')],
      \ ['rename', {-> getline(3) =~# '^wire_start' && bufloaded('wire.c')}, function('s:Renamed')],
      \ ['check after an edit', {-> empty(getloclist(0))}, function('s:Mended')],
      \ ]
autocmd VimEnter * call timer_start(50, function('s:Tick'))
