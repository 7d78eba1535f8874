"""A person of a room who speaks through yrs, told by lines of JSON what to do.

    client.py WS_URL CLIENT_ID
    {"insert": [at, text]}   {"put": [key, value]}   into the text file:main, into the map m
    {"read": true}           answers with the text and the map
    {"leave": true}

Each command is answered by a line of JSON once it was done; what the server says meanwhile is applied at once.
A connection that the server closed is told by {"closed": [code, reason]}."""

import asyncio
import json
import sys

from pycrdt import (
    Doc,
    Map,
    Text,
    YMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def answer(words):
    print(json.dumps(words), flush=True)


async def listen(socket, doc):
    try:
        async for message in socket:
            if message[0] != YMessageType.SYNC:
                continue
            reply = handle_sync_message(message[1:], doc)
            if reply is not None:
                await socket.send(reply)
    except ConnectionClosed:
        pass
    answer({"closed": [socket.close_code, socket.close_reason]})


async def main(url, client_id):
    doc = Doc(client_id=int(client_id))
    text = doc.get("file:main", type=Text)
    mapped = doc.get("m", type=Map)
    made = []
    async with connect(url, max_size=None) as socket:
        await socket.send(create_sync_message(doc))
        listener = asyncio.create_task(listen(socket, doc))
        # Not what a frame of the server brought: this client passes nothing on.
        subscription = doc.observe(lambda event: made.append(event.update))
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        while line := await lines.readline():
            command = json.loads(line)
            made.clear()
            if "insert" in command:
                at, words = command["insert"]
                text.insert(at, words)
            if "put" in command:
                key, value = command["put"]
                mapped[key] = value
            if "repeat" in command:
                made.append(doc.get_update())
            for update in made:
                await socket.send(create_update_message(update))
            answer({"text": str(text), "map": mapped.to_py()})
            if "leave" in command:
                break
        listener.cancel()
        doc.unobserve(subscription)


asyncio.run(main(*sys.argv[1:]))
