import big.all, keeper
class Own(keeper.Noisy):
    pass
own = Own('of the program')
Own('garbage of the program')
class Holder:
    file = keeper.open_file('of the program')
keeper.say('main is over')
