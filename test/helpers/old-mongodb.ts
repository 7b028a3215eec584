import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { BSON } from 'mongodb';

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** A server that answers each command as a MongoDB of the wire version would answer `hello`. */
export async function startOldMongo(
  wireVersion: number,
): Promise<{ uri: string; stop(): Promise<void> }> {
  const reply = BSON.serialize({
    ok: 1,
    ismaster: true,
    isWritablePrimary: true,
    minWireVersion: 0,
    maxWireVersion: wireVersion,
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    socket.on('error', () => socket.destroy());
    answerAll(socket, reply);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function answerAll(socket: Socket, reply: Uint8Array): void {
  let unread = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= HEADER_BYTES && unread.length >= unread.readInt32LE(0)) {
      const request = unread.subarray(0, unread.readInt32LE(0));
      unread = unread.subarray(request.length);
      socket.write(answer(request.readInt32LE(4), request.readInt32LE(12), reply));
    }
  });
}

function answer(requestId: number, requestKind: number, reply: Uint8Array): Buffer {
  const legacy = requestKind === OP_QUERY;
  // Of OP_REPLY flags, cursor, first document and their number; of OP_MSG flags and section kind.
  const before = Buffer.alloc(legacy ? 20 : 5);
  if (legacy) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + before.length + reply.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, before, reply]);
}
