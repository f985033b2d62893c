def start():
    import zebra
    import ant.bee
    print(zebra.x, ant.bee.x)

def never():
    import aardvark, yak

if __name__ == '__main__':
    start()
