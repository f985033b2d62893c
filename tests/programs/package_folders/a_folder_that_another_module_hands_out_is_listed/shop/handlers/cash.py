LABEL = 'cash'
