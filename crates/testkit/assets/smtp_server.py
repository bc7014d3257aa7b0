"""An SMTP server for tests: keeps what it receives as files, and misbehaves as real servers do, by recipient.

Started by preau-testkit with one argument, a JSON object: folder, port, tls ("none", "starttls", "implicit"),
certificate, key, user, password, size_limit, greylist_times, slow_seconds. Says {"port": N} on standard output.
It wants Debian's python3-aiosmtpd.
"""

import asyncio
import collections
import json
import os
import ssl
import sys

try:
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
except ImportError:
    print(json.dumps({"missing": "aiosmtpd"}), flush=True)
    sys.exit(1)

REFUSALS = {
    "refuse": "550 5.1.1 No such user here",
    "plein": "452 4.2.2 Mailbox full",
}


def role(address):
    """refuse+anything@example.fr misbehaves like refuse@example.fr."""
    return address.split("@")[0].split("+")[0].lower()


class Kept:
    """The messages and the answers, as files that the Rust side reads."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def answer(self, recipient, answer):
        with open(os.path.join(self.folder, "answers.jsonl"), "a", encoding="utf-8") as out:
            out.write(json.dumps({"to": recipient, "answer": answer}) + "\n")
        return answer

    def message(self, envelope, session, encrypted):
        self.count += 1
        name = os.path.join(self.folder, f"{self.count:06}")
        with open(name + ".eml", "wb") as out:
            out.write(envelope.original_content)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": encrypted,
            "user": session.auth_data.login.decode() if session.authenticated else None,
        }
        # The envelope comes last and at once: whoever sees it finds the message complete.
        with open(name + ".part", "w", encoding="utf-8") as out:
            json.dump(facts, out)
        os.rename(name + ".part", name + ".json")


class Handler:
    def __init__(self, options, kept):
        self.kept = kept
        self.slow = options["slow_seconds"]
        self.greylist = collections.defaultdict(lambda: options["greylist_times"])

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        who = role(address)
        if who in REFUSALS:
            return self.kept.answer(address, REFUSALS[who])
        if who == "grise" and self.greylist[address] > 0:
            self.greylist[address] -= 1
            return self.kept.answer(address, "451 4.7.1 Greylisted, please try again later")
        if who == "lent":
            await asyncio.sleep(self.slow)
        envelope.rcpt_tos.append(address)
        return self.kept.answer(address, "250 2.1.5 OK")

    async def handle_DATA(self, server, session, envelope):
        if any(role(to) == "spam" for to in envelope.rcpt_tos):
            return "554 5.7.1 Message rejected as spam"
        self.kept.message(envelope, session, server.implicit_tls or session.ssl is not None)
        return "250 2.0.0 Accepted"


class Server(SMTP):
    implicit_tls = False

    async def smtp_DATA(self, arg):
        if any(role(to) == "coupe" for to in self.envelope.rcpt_tos):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            # Some of the message has arrived: the sender cannot know what became of it.
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticator(options):
    def check(server, session, envelope, mechanism, data):
        good = (
            isinstance(data, LoginPassword)
            and data.login == options["user"].encode()
            and data.password == options["password"].encode()
        )
        return AuthResult(success=good, handled=False, auth_data=data if good else None)

    return check


async def main(options):
    kept = Kept(options["folder"])
    tls = options["tls"]
    context = None
    if tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options["certificate"], options["key"])
    handler = Handler(options, kept)

    def connection():
        server = Server(
            handler,
            hostname="mail.test",
            ident="Test ESMTP",
            enable_SMTPUTF8=True,
            data_size_limit=options["size_limit"],
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            auth_required=options["user"] is not None,
            # With implicit TLS the connection is encrypted before SMTP begins, which the library does not see.
            auth_require_tls=tls == "starttls",
            authenticator=authenticator(options) if options["user"] is not None else None,
            timeout=60,
            loop=asyncio.get_running_loop(),
        )
        server.implicit_tls = tls == "implicit"
        return server

    listener = await asyncio.get_running_loop().create_server(
        connection, "127.0.0.1", options["port"], ssl=context if tls == "implicit" else None
    )
    print(json.dumps({"port": listener.sockets[0].getsockname()[1]}), flush=True)
    await listener.serve_forever()


asyncio.run(main(json.loads(sys.argv[1])))
