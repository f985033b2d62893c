V = 'kinds/a_kind'
