def turn(): return 'turned'
