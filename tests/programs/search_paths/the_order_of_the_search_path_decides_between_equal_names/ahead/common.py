WHERE = 'ahead'
