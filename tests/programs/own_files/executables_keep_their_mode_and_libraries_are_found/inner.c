int inner(void) { return 41; }
