" Vim filetype plugin: trace-events files like QEMU's, checked by tesc.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal expandtab textwidth=0
" * and tags search for event names.
setlocal iskeyword=@,48-57,_

" Without a language server: :make fills the quickfix list.
setlocal makeprg=tesc\ check\ --output-format=gcc\ %:S
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m

let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< textwidth< iskeyword< makeprg< errorformat<'
