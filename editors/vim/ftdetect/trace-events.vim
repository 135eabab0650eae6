autocmd BufRead,BufNewFile trace-events,*.trace-events setfiletype trace-events
