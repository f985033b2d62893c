import traceback
class P:
    def __del__(self):
        try:
            1 / 0
        except Exception as e:
            traceback.print_exception(e)
p = P()
