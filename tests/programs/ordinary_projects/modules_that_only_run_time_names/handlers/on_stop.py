V = 'handlers/on_stop'
