"""Counts the words of the notes: the second program of the bundle."""

import notes


def main():
    print(sum(len(path.read_text(encoding="utf-8").split()) for path in notes.TEXTS.glob("*.txt")), "words")


if __name__ == "__main__":
    main()
