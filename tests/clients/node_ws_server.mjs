// An echo server on the npm package `ws`: see README.md.
import { WebSocketServer } from 'ws';
import { report } from './commands.mjs';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: { threshold: 0 },
  handleProtocols: (offered) => offered.has('echo.v1') && 'echo.v1',
});
server.on('listening', () => console.log(`listening ${server.address().port}`));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    const [command, code, reason] = isBinary ? [] : data.toString().split(' ');
    if (command === 'close') socket.close(code && Number(code), reason);
    else if (command === 'fragments') {
      socket.send('frag', { fin: false });
      socket.send('ments', { fin: true });
    } else if (command === 'ping') socket.ping('are you there?');
    else if (command === 'vanish') socket.terminate();
    else socket.send(data, { binary: isBinary });
  });
  socket.on('ping', (data) => report('ping', data.toString()));
  socket.on('pong', (data) => report('pong', data.toString()));
  socket.on('close', (code, reason) => report('ended', `${code} ${reason}`));
});
process.stdin.on('end', () => process.exit()).resume();
