V = 'aa_job'
