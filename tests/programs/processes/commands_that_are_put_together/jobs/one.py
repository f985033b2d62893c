import sys
if __name__ == '__main__':
    import colorsys
    print('one', sys.argv[1:], colorsys.__name__)
