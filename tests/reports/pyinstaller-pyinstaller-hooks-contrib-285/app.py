"""Tells the language of a sentence by tables that a package ships."""

from tongues import guess

print(guess("the cat and the dog"), guess("der Hund und die Katze"))
