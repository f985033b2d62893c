VALUE = 'folder'
