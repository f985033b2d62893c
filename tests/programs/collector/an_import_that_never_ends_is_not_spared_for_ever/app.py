import endless
