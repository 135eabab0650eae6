-- The file type and highlighting, which Vim and Neovim share, are in the folder next to this one.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h')
local common = vim.fn.fnamemodify(here, ':h') .. '/vim'
if vim.fn.isdirectory(common) == 1 then
  vim.opt.runtimepath:append(common)
  vim.cmd('augroup filetypedetect | runtime ftdetect/trace-events.vim | augroup END')
end
