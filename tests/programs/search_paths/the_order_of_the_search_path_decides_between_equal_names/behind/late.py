WHERE = 'behind'
