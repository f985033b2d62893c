import sys
if __name__ == '__main__':
    import colorsys
    print('three', sys.argv[1:], colorsys.__name__)
