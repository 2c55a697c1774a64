// A page in Chromium that opens a WebSocket to the server that it came from: see README.md.
import { chromium } from 'playwright-core';
import { commands, report } from './commands.mjs';

const [address, path, trusted, certPath, keyPath] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: false, // Chromium's own sandbox does not start for root
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--no-proxy-server', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--ignore-certificate-errors-spki-list=${trusted}`],
});
// Playwright shows the certificate in Chromium's place, which would ask the person in front of it.
const page = await browser.newPage(certPath === undefined ? {} : {
  ignoreHTTPSErrors: true,
  clientCertificates: [{ origin: `https://${address}`, certPath, keyPath }],
});
page.setDefaultTimeout(20_000);
page.on('pageerror', (error) => { throw error; });
await page.exposeFunction('report', report);

const failure = await page.goto(`https://${address}/`).then(() => undefined, (error) => error.message);
if (failure === undefined) {
  await page.evaluate((url) => {
    const socket = new WebSocket(url);
    socket.onopen = () => window.report('opened');
    socket.onmessage = ({ data }) => window.report('heard', data);
    socket.onclose = ({ code }) => window.report('ended', String(code));
    window.socket = socket;
  }, `wss://${address}${path}`);
} else {
  report('ended', /net::(\w+)/.exec(failure)?.[1] ?? failure);
}

for await (const [command, text] of commands()) {
  if (command === 'say') await page.evaluate((said) => window.socket.send(said), text);
  else if (command === 'leave') await page.evaluate(() => window.socket.close(1000));
  else throw new Error(`unknown command ${command}`);
}
await browser.close();
