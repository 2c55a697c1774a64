// A participant of the chat on the npm package `ws`: see README.md.
import WebSocket from 'ws';
import { commands, report } from './commands.mjs';

const [address, name] = process.argv.slice(2);
const socket = new WebSocket(`ws://${address}/chat/${encodeURIComponent(name)}`);
socket.on('open', () => report('opened'));
socket.on('message', (data, isBinary) => {
  if (isBinary) throw new Error('a binary message arrived');
  report('heard', data.toString());
});
socket.on('close', (code) => report('ended', String(code)));

for await (const [command, text] of commands()) {
  if (command === 'say') socket.send(text);
  else if (command === 'leave') socket.close(1000);
  else throw new Error(`unknown command ${command}`);
}
socket.terminate();
