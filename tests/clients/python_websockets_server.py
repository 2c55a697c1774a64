"""An echo server on the Python package `websockets`: see README.md."""

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


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
            else:
                await websocket.send(message)
    except ConnectionClosed:
        report("ended", f"{websocket.close_code} {websocket.close_reason}")


async def main() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with serve(echo, "127.0.0.1", 0, subprotocols=["echo.v1"], max_size=2**26) as server:
        print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
        await reader.read()


asyncio.run(main())
