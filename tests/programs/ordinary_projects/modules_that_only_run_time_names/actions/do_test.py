V = 'actions/do_test'
