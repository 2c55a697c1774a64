// A participant of the chat on the npm package `ws`: see README.md.
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { commands, report } from './commands.mjs';

const [address, name, authority, certificate, key] = process.argv.slice(2);
const read = (file) => (file === undefined ? undefined : readFileSync(file));
const tls = { ca: read(authority), cert: read(certificate), key: read(key) };
const scheme = authority === undefined ? 'ws' : 'wss';
const socket = new WebSocket(`${scheme}://${address}/chat/${encodeURIComponent(name)}`, tls);
socket.on('open', () => report('opened'));
socket.on('message', (data, isBinary) => {
  if (isBinary) throw new Error('a binary message arrived');
  report('heard', data.toString());
});
socket.on('error', (error) => report('failed', error.code ?? error.message));
socket.on('close', (code) => report('ended', String(code)));

for await (const [command, text] of commands()) {
  if (command === 'say') socket.send(text);
  else if (command === 'leave') socket.close(1000);
  else throw new Error(`unknown command ${command}`);
}
socket.terminate();
