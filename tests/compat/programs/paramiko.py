# /// script
# requires-python = ">=3.10"
# dependencies = ["paramiko", "asyncssh"]
# ///
"""Serves commands over SSH and calls them with two clients."""

import asyncio
import socket
import threading

import asyncssh
import paramiko


class Server(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if password == "pw" else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, channel):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        def answer():
            channel.send(command.upper())
            channel.send_exit_status(0)
            channel.close()

        threading.Timer(0.1, answer).start()
        return True


listener = socket.create_server(("127.0.0.1", 0))


def serve():
    transport = paramiko.Transport(listener.accept()[0])
    transport.add_server_key(paramiko.RSAKey.generate(2048))
    transport.start_server(server=Server())
    channels.append(transport.accept(20))
    transport.join(20)


channels = []
threading.Thread(target=serve, daemon=True).start()
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(*listener.getsockname(), username="u", password="pw", look_for_keys=False, allow_agent=False)
assert client.exec_command("hello")[1].read() == b"HELLO"
client.close()


async def main():
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def handle(process):
        process.stdout.write(process.command[::-1])
        process.exit(0)

    class Accept(asyncssh.SSHServer):
        def begin_auth(self, username):
            return False

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], process_factory=handle, server_factory=Accept
    )
    options = {"known_hosts": None, "username": "u", "config": None}
    async with asyncssh.connect("127.0.0.1", server.get_port(), **options) as connection:
        assert (await connection.run("abc")).stdout == "cba"
    server.close()


asyncio.run(main())
print("ok")
