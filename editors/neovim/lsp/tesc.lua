-- Neovim 0.11 and later reads this for vim.lsp.enable('tesc').
return {
  cmd = { 'tesc', 'lsp' },
  filetypes = { 'trace-events', 'c', 'cpp', 'rust' },
  -- Of C and Rust files, only those that belong to traced code.
  root_dir = function(buffer, found)
    local root = require('tesc').root(buffer)
    if root ~= nil then
      found(root)
    end
  end,
}
