V = 'actions/do_build'
