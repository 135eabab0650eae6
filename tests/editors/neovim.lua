-- Does in Neovim what a user does, and writes what came of it to the file $OUT as JSON.
local result = {}
local function until_true(what, test)
  assert(vim.wait(20000, test, 20), 'timed out: ' .. what)
end
local function found(buffer)
  local list = {}
  for _, d in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(list, { d.lnum + 1, d.col + 1, d.code or d.user_data.lsp.code })
  end
  table.sort(list, function(a, b) return a[1] * 1000 + a[2] < b[1] * 1000 + b[2] end)
  return list
end
local function cursor()
  return vim.api.nvim_win_get_cursor(0)
end
local function run()
  local buffer = vim.api.nvim_get_current_buf()
  result.filetype = vim.bo.filetype
  result.syntax = vim.fn.synIDattr(vim.fn.synID(3, 1, 1), 'name')
  until_true('diagnostics', function() return #vim.diagnostic.get(buffer) > 0 end)
  result.diagnostics = found(buffer)
  result.functions = { vim.bo.omnifunc, vim.bo.tagfunc }
  -- From the pattern of a disable directive to the event.
  vim.api.nvim_win_set_cursor(0, { 2, 10 })
  vim.lsp.buf.definition()
  until_true('jump', function() return cursor()[1] == 5 end)
  result.jumped = cursor()
  -- An event is renamed together with the pattern and its use in C.
  vim.api.nvim_win_set_cursor(0, { 3, 2 })
  vim.lsp.buf.rename('wire_start')
  until_true('rename', function() return vim.fn.getline(3):match('^wire_start') ~= nil end)
  local c = vim.fn.bufnr(vim.fn.getcwd() .. '/wire.c')
  result.renamed = { vim.fn.getline(3), c > 0 and vim.api.nvim_buf_get_lines(c, 2, 3, false)[1] or '' }
  -- An edit mends what was wrong.
  vim.fn.setline(6, 'wire_read(int port, uint64_t addr) "port %d addr 0x%" PRIx64')
  until_true('check after an edit', function() return #vim.diagnostic.get(buffer) == 0 end)
  -- From the call in C to the declaration.
  vim.cmd('edit wire.c')
  until_true('server in C', function() return #vim.lsp.buf_get_clients(0) > 0 end)
  vim.api.nvim_win_set_cursor(0, { 3, 12 })
  vim.lsp.buf.definition()
  until_true('jump from C', function() return vim.fn.expand('%:t') == 'trace-events' end)
  result.from_c = cursor()
  -- What Neovim 0.11 reads finds the same folder.
  local config = dofile(vim.api.nvim_get_runtime_file('lsp/tesc.lua', false)[1])
  result.roots = {}
  for _, file in ipairs({ 'trace-events', 'wire.c', '../other.c' }) do
    vim.cmd('edit! ' .. file)
    config.root_dir(vim.api.nvim_get_current_buf(), function(root) table.insert(result.roots, file .. ' ' .. root) end)
  end
end
vim.api.nvim_create_autocmd('VimEnter', {
  once = true,
  callback = function()
    vim.schedule(function()
      local ok, problem = xpcall(run, debug.traceback)
      result.problem = not ok and problem or nil
      vim.fn.writefile({ vim.json.encode(result) }, os.getenv('OUT'))
      vim.cmd(ok and 'qa!' or 'cq!')
    end)
  end,
})
