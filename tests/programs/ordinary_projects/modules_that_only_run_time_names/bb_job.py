V = 'bb_job'
