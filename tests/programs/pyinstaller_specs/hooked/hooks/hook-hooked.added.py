print('hook for hooked.added')
