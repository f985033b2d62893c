import os as system
def start_up():
    print('started')
class Tool:
    @staticmethod
    def run(): print('ran')
