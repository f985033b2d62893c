import sys
class Group:
    @staticmethod
    def run():
        print('function', __name__, sys.argv[1:])
        return 4
def main():
    Group.run(); return 'text for stderr'
