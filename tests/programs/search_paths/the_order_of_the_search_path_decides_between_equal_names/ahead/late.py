WHERE = 'ahead too'
