import email.mime.text, os, outer.inner, spread.part, sys
for package in email, email.mime, outer, outer.inner:
    print(package.__name__, os.path.isdir(os.path.dirname(package.__file__)), os.path.isdir(package.__path__[0]))
print(os.path.isdir(list(spread.__path__)[0]), os.path.exists(os.path.join(outer.__path__[0], '..', 'outer')))
folder = os.path.join(outer.__path__[0], 'inner')
print(any(name.startswith('.') for name in os.listdir(folder)), os.path.isdir(os.path.join(folder, 'none')))
