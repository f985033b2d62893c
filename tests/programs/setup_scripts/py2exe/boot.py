import builtins; builtins.started = "booted"
