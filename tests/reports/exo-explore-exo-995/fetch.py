def main():
    print("fetched")
