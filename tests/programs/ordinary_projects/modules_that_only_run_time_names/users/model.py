V = 'users/model'
