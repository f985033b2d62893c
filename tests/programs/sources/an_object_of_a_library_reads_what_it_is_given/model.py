from kit.script import script
class Net:
    size = 3  # of the net
net = Net()
script(net)
