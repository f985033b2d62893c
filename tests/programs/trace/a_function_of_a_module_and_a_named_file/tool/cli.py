import sys

def main():
    print(open(sys.argv[1]).read())
    return 5
