class TestConfig: NAME = 'test'
