-- Neovim 0.11 and later reads this for vim.lsp.enable('tesc').
return {
  cmd = { 'tesc', 'lsp' },
  filetypes = { 'trace-events' },
  root_markers = { 'tesc.toml', '.git' },
}
