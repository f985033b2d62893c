def title():
    return "the report"
