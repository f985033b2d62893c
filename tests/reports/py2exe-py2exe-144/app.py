"""Makes a password hash and checks it."""

from passlib.apps import custom_app_context

made = custom_app_context.hash("a word", rounds=5000, scheme="sha512_crypt")
print(made.split("$")[1], custom_app_context.verify("a word", made), custom_app_context.verify("other", made))
