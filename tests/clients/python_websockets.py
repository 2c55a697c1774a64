"""A participant of the chat on the Python package `websockets`: see README.md."""

import asyncio
import json
import ssl
import sys
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage


def report(event: str, text: str | None = None) -> None:
    print(event if text is None else f"{event} {json.dumps(text)}", flush=True)


async def obey(websocket: ClientConnection) -> None:
    """Does what standard input says until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command, _, text = line.decode().strip().partition(" ")
        if command == "say":
            await websocket.send(json.loads(text))
        elif command == "leave":
            await websocket.close(1000)
        else:
            sys.exit(f"unknown command {command}")


async def listen(websocket: ClientConnection) -> None:
    """Reports what arrives until the connection ends."""
    try:
        while True:
            message = await websocket.recv()
            if not isinstance(message, str):
                sys.exit("a binary message arrived")
            report("heard", message)
    except ConnectionClosed:
        report("ended", str(websocket.close_code))


def context(authority: str, certificate: str | None = None, key: str | None = None) -> ssl.SSLContext:
    """Trusts one authority, and shows a certificate when it is asked."""
    result = ssl.create_default_context(cafile=authority)
    if certificate is not None:
        result.load_cert_chain(certificate, key)
    return result


async def main(address: str, name: str, *tls: str) -> None:
    scheme, options = ("wss", {"ssl": context(*tls)}) if tls else ("ws", {})
    try:
        async with connect(f"{scheme}://{address}/chat/{quote(name, safe='')}", proxy=None, **options) as websocket:
            report("opened")
            async with asyncio.TaskGroup() as tasks:
                listener = tasks.create_task(listen(websocket))
                await obey(websocket)
                listener.cancel()
    except (InvalidMessage, ssl.SSLError) as error:
        report("failed", str(error))


asyncio.run(main(*sys.argv[1:]))
