import os, sys
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if __name__ == '__main__':
    X = 'not looked for'
    if not os.environ.get('QUIET'):
        from plain import X
    # The folder of a script is not that of the program.
    sys.path.append(root)
    import tools.convert
    if not os.environ.get('QUIET'):
        print(os.path.relpath(sys.path[0], root), os.path.relpath(sys.argv[0], root))
    print(__package__, __spec__, sys.argv[1:], os.path.relpath(__file__, root), X, tools.convert.__name__)
    print(sys.flags.optimize, sys.flags.dev_mode, sys.warnoptions, sys.flags.bytes_warning, sys.stdout.write_through)
    raise SystemExit(len(sys.argv))
