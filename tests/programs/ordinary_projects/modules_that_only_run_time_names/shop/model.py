V = 'shop/model'
