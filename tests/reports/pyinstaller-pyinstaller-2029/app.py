"""Uses a module of the standard library under the name that six gives it."""

from six.moves.urllib import robotparser

parser = robotparser.RobotFileParser()
parser.parse(["User-agent: *", "Disallow: /private"])
print(parser.can_fetch("any", "/private/a"), parser.can_fetch("any", "/public"))
