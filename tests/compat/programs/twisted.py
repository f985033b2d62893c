# /// script
# requires-python = ">=3.10"
# dependencies = ["twisted[tls]"]
# [tool.freeze-compat]
# rules = ["twisted.toml"]
# ///
"""Serves over TCP and TLS, with deferreds, and finds its plugins."""

from twisted.internet import defer, endpoints, protocol, reactor, task
from twisted.plugin import getPlugins
from twisted.protocols.basic import LineReceiver
from twisted.python import usage
from twisted.web import resource, server
from twisted.web.client import Agent, readBody


class Reverse(LineReceiver):
    def lineReceived(self, line):
        self.sendLine(line[::-1])


class Ask(LineReceiver):
    def connectionMade(self):
        self.answer = defer.Deferred()
        self.sendLine(b"abc")

    def lineReceived(self, line):
        self.answer.callback(line)
        self.transport.loseConnection()


class Page(resource.Resource):
    isLeaf = True

    def render_GET(self, request):
        return b"page " + request.args[b"a"][0]


async def main():
    port = await endpoints.serverFromString(reactor, "tcp:0:interface=127.0.0.1").listen(
        protocol.Factory.forProtocol(Reverse)
    )
    client = endpoints.clientFromString(reactor, f"tcp:127.0.0.1:{port.getHost().port}")
    connection = await endpoints.connectProtocol(client, Ask())
    assert await connection.answer == b"cba"
    web = reactor.listenTCP(0, server.Site(Page()), interface="127.0.0.1")
    answer = await Agent(reactor).request(b"GET", b"http://127.0.0.1:%d/?a=5" % web.getHost().port)
    assert answer.code == 200 and await readBody(answer) == b"page 5"
    assert await task.deferLater(reactor, 0.01, lambda: 7) == 7
    from twisted.internet.threads import deferToThread

    assert await deferToThread(sum, [1, 2]) == 3
    print("ok")


from twisted.application.service import IServiceMaker  # noqa: E402

names = {p.tapname for p in getPlugins(IServiceMaker)}
assert {"web", "ftp", "conch"} <= names, names
assert usage.Options
task.react(lambda _: defer.ensureDeferred(main()))
