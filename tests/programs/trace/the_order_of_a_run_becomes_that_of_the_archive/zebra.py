import late
x = 1
