V = 'handlers/on_start'
