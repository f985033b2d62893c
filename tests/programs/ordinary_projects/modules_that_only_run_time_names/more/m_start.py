V = 'more/m_start'
