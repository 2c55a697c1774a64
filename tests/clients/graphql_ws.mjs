// Runs GraphQL operations on the npm package `graphql-ws`: see README.md.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { commands, report } from './commands.mjs';

const [address, keepAlive] = process.argv.slice(2);
const client = createClient({
  url: `ws://${address}/graphql`,
  webSocketImpl: WebSocket,
  lazy: false,
  retryAttempts: 0,
  keepAlive: Number(keepAlive ?? 0),
  on: {
    connected: () => report('opened'),
    pong: (received, payload) => received && report('pong', payload ?? null),
    closed: ({ code, reason }) => report('ended', [code, reason]),
  },
});
const operations = new Map();

for await (const [command, argument] of commands()) {
  if (command === 'run') {
    const { name, ...operation } = argument;
    operations.set(name, client.subscribe(operation, {
      next: (result) => report('next', [name, result]),
      error: (error) => report('error', [name, Array.isArray(error) ? error : String(error)]),
      complete: () => report('complete', name),
    }));
  } else if (command === 'cancel') operations.get(argument)();
  else if (command === 'leave') await client.dispose();
  else throw new Error(`unknown command ${command}`);
}
client.terminate();
