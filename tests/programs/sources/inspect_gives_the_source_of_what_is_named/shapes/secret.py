WORD = 'hush-hush'
