V = 'more/m_stop'
