class Config:
    GREETING = "hello from the settings"
