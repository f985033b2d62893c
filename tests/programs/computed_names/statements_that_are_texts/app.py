import sys
number, word = sys.argv[1:]
exec('from pack.e_%s import NAME as first' % word)
names = {}
exec(f'import pack.n{number}\nfound = pack.n{number}.NAME', names)
exec('import pack.fixed; last = pack.fixed.NAME')
print(first, names['found'], last)
