V = 'kinds/b_kind'
