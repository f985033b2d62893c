# /// script
# requires-python = ">=3.10"
# dependencies = ["email-validator"]
# ///
"""Checks addresses."""

from email_validator import EmailNotValidError, validate_email

info = validate_email("Ünïcode@Exämple.com", check_deliverability=False)
assert info.ascii_domain == "xn--exmple-cua.com" and info.normalized == "Ünïcode@exämple.com"
for bad in "nope", "a@b", "a@-x.com", "a..b@example.com":
    try:
        validate_email(bad, check_deliverability=False)
    except EmailNotValidError:
        pass
    else:
        raise AssertionError(bad)
print("ok")
