// An echo server on the npm package `ws`: see README.md.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { report } from './commands.mjs';

const [cert, key, ca] = process.argv.slice(2).map((path) => readFileSync(path));
const http = cert ? createSecureServer({ cert, key, ca, requestCert: Boolean(ca) }) : createServer();
const server = new WebSocketServer({
  server: http,
  perMessageDeflate: { threshold: 0 },
  verifyClient: ({ req }, done) => {
    const status = Number(req.url.match(/^\/refuse\/(\d+)$/)?.[1]);
    done(!status, status, 'because', { 'X-Reason': 'because', Location: '/' });
  },
  handleProtocols: (offered) => offered.has('echo.v1') && 'echo.v1',
});
http.listen(0, '127.0.0.1', () => console.log(`listening ${http.address().port}`));
server.on('connection', (socket, request) => {
  socket.on('message', (data, isBinary) => {
    const [command, code, reason] = isBinary ? [] : data.toString().split(' ');
    if (command === 'close') socket.close(code && Number(code), reason);
    else if (command === 'fragments') {
      socket.send('frag', { fin: false });
      socket.send('ments', { fin: true });
    } else if (command === 'ping') socket.ping('are you there?');
    else if (command === 'vanish') socket.terminate();
    else if (command === 'header') socket.send(request.headers[code] ?? '');
    else if (command === 'tls') {
      const tls = request.socket;
      const name = tls.getPeerCertificate().subject?.CN ?? 'nobody';
      socket.send([tls.getProtocol(), name, tls.servername, tls.alpnProtocol, tls.isSessionReused()].join(' '));
    } else socket.send(data, { binary: isBinary });
  });
  socket.on('ping', (data) => report('ping', data.toString()));
  socket.on('pong', (data) => report('pong', data.toString()));
  socket.on('close', (code, reason) => report('ended', `${code} ${reason}`));
});
process.stdin.on('end', () => process.exit()).resume();
