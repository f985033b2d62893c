# Runs in an interpreter of the build machine: downloads the URL on standard input to a file, and resumes an earlier download.
import base64
import http.client
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ATTEMPTS = 4
TIMEOUT = 60


def attempt(url, path):
    begun = os.path.getsize(path) if os.path.exists(path) else 0
    url, user = without_user(url)
    request = urllib.request.Request(url, headers={"User-Agent": "freeze"})
    if user:
        # Not sent to the servers that the mirror redirects to.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
    if begun:
        request.add_header("Range", "bytes=%d-" % begun)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        # Servers that ignore ranges send the whole file.
        mode = "ab" if response.status == 206 else "wb"
        expected = response.headers.get("Content-Length")
        got = 0
        with open(path, mode) as file:
            while True:
                block = response.read(1 << 18)
                if not block:
                    break
                file.write(block)
                got += len(block)
    if expected is not None and got != int(expected):
        raise http.client.IncompleteRead(b"", int(expected) - got)


def without_user(url):
    parts = urllib.parse.urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urllib.parse.urlunsplit(parts._replace(netloc=host)), urllib.parse.unquote(user)


def main(url, path):
    for number in range(1, ATTEMPTS + 1):
        try:
            return attempt(url, path)
        except urllib.error.HTTPError as error:
            if error.code == 416:
                # The file has all bytes already, or other bytes: its hash decides.
                return
            if error.code < 500 or number == ATTEMPTS:
                raise SystemExit("HTTP %d: %s" % (error.code, error.reason))
        except (OSError, http.client.HTTPException) as error:
            if number == ATTEMPTS:
                raise SystemExit(str(getattr(error, "reason", error)) or type(error).__name__)
        time.sleep(0.5 * number)


main(sys.stdin.buffer.read().decode(), sys.argv[1])
