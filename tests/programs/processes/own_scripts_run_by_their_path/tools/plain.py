X = 'found beside'
