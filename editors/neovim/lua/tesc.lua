-- The language server for Neovim 0.7 to 0.10; from 0.11 on, vim.lsp.enable('tesc') does this.
local M = {}

local clients = {}

local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  local at = folder
  while true do
    for _, marker in ipairs({ 'tesc.toml', '.git' }) do
      if vim.fn.getftype(at .. '/' .. marker) ~= '' then
        return at
      end
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      return folder
    end
    at = above
  end
end

-- Whether a source file belongs to traced code: its folder, or one above it, declares events.
local function is_traced(file, root)
  local at = vim.fn.fnamemodify(file, ':p:h')
  while #at >= #root do
    if vim.fn.filereadable(at .. '/trace-events') == 1 then
      return true
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      break
    end
    at = above
  end
  return false
end

--- The folder of the project that a buffer belongs to, or nil for sources that trace nothing.
function M.root(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  local root = root_of(file)
  if vim.bo[buffer].filetype == 'trace-events' or is_traced(file, root) then
    return root
  end
end

-- CTRL-X CTRL-O completes and CTRL-] jumps; from 0.8 on Neovim sets this itself.
local function set_functions(buffer)
  local set = vim.bo[buffer]
  if set.filetype == 'trace-events' and set.omnifunc == '' then
    set.omnifunc = 'v:lua.vim.lsp.omnifunc'
  end
  if set.tagfunc == '' then
    set.tagfunc = 'v:lua.vim.lsp.tagfunc'
  end
end

local function attach(options, buffer)
  local root = M.root(buffer)
  if root == nil then
    return
  end
  local id = clients[root]
  if id == nil or vim.lsp.get_client_by_id(id) == nil then
    id = vim.lsp.start_client({
      name = 'tesc',
      cmd = options.cmd,
      root_dir = root,
      workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
      init_options = options.settings,
      settings = { tesc = options.settings },
      on_attach = options.on_attach,
      capabilities = options.capabilities or vim.lsp.protocol.make_client_capabilities(),
    })
    if id == nil then
      vim.notify('tesc: ' .. options.cmd[1] .. ' does not start; try: pipx install tesc', vim.log.levels.WARN)
      return
    end
    clients[root] = id
  end
  vim.lsp.buf_attach_client(buffer, id)
  if vim.fn.has('nvim-0.8') == 0 then
    set_functions(buffer)
  end
end

--- Start the server for trace-events files, and for C and Rust files next to or below one.
--- options: cmd (default { 'tesc', 'lsp' }), sources (default true), settings, on_attach, capabilities.
function M.setup(options)
  options = vim.tbl_extend('force', { cmd = { 'tesc', 'lsp' }, sources = true, settings = {} }, options or {})
  local types = options.sources and { 'trace-events', 'c', 'cpp', 'rust' } or { 'trace-events' }
  local group = vim.api.nvim_create_augroup('tesc', {})
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = types,
    callback = function(event)
      attach(options, event.buf)
    end,
  })
end

return M
