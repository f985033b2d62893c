LABEL = 'card'
