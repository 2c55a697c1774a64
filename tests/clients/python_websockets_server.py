"""An echo server on the Python package `websockets`: see README.md."""

import asyncio
import json
import ssl
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


def report(event: str, text: str) -> None:
    print(f"{event} {json.dumps(text)}", flush=True)


async def echo(websocket: ServerConnection) -> None:
    try:
        while True:
            message = await websocket.recv()
            command, *arguments = message.split(" ") if isinstance(message, str) else [None]
            if command == "close":
                await websocket.close(int(arguments[0]), arguments[1])
            elif command == "fragments":
                await websocket.send(["frag", "ments"])
            elif command == "ping":
                await (await websocket.ping("are you there?"))
                report("pong", "are you there?")
            elif command == "vanish":
                websocket.transport.abort()
            elif command == "header":
                await websocket.send(websocket.request.headers.get(arguments[0], ""))
            elif command == "tls":
                tls = websocket.transport.get_extra_info("ssl_object")
                subject = dict(pair for (pair,) in (tls.getpeercert() or {}).get("subject", ()))
                name = subject.get("commonName", "nobody")
                await websocket.send(f"{tls.version()} {name} {tls.selected_alpn_protocol()} {tls.session_reused}")
            else:
                await websocket.send(message)
    except ConnectionClosed:
        report("ended", f"{websocket.close_code} {websocket.close_reason}")


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    _, _, status = request.path.partition("/refuse/")
    if not status:
        return None
    response = connection.respond(int(status), "because")
    response.headers["X-Reason"] = "because"
    response.headers["Location"] = "/"
    return response


def tls() -> ssl.SSLContext | None:
    if len(sys.argv) == 1:
        return None
    certificate, key, *authority = sys.argv[1:]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    if authority:
        context.load_verify_locations(authority[0])
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def main() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with serve(echo, "127.0.0.1", 0, ssl=tls(), process_request=refuse, subprotocols=["echo.v1"], max_size=2**26) as server:
        print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
        await reader.read()


asyncio.run(main())
