import sys
if __name__ == '__main__':
    import colorsys
    print('two', sys.argv[1:], colorsys.__name__)
