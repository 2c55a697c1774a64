// A proxy on Node's own `http`: see README.md.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { report } from './commands.mjs';

const [authorization] = process.argv.slice(2);
const proxy = createServer((_, response) => response.writeHead(405).end());
proxy.on('connect', (request, socket, head) => {
  socket.on('error', () => {});
  if (authorization && request.headers['proxy-authorization'] !== authorization) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="tests"\r\nContent-Length: 2\r\n\r\nno');
    return;
  }
  const { hostname, port } = new URL(`http://${request.url}`);
  const server = connect(port || 80, hostname.replace(/^\[|\]$/g, ''), () => {
    report('connect', request.url);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.write(head);
    server.pipe(socket).pipe(server);
  });
  server.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
});
proxy.listen(0, '127.0.0.1', () => console.log(`listening ${proxy.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
