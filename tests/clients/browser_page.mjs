// A person on the chat's page in Chromium: see README.md. What is reported is what the page shows.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { commands, report } from './commands.mjs';

const [address, name] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromiumSandbox: false, // Chromium's own sandbox does not start for root
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--no-proxy-server', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
page.setDefaultTimeout(20_000);
page.on('pageerror', (error) => { throw error; });

// Called by the page for every new line and every new status, in their order.
const said = [];
await page.exposeFunction('shows', async (what, text, state) => {
  if (what === 'line') report('heard', text);
  else if (state === 'open') report('opened');
  else if (state === 'lost') {
    await page.getByRole('button', { name: 'Reconnect' }).waitFor();
    assert.ok(await page.getByLabel('Message').isDisabled(), 'nothing can be written while there is no connection');
    report('ended', text);
  } else if (state === 'out') {
    await page.getByRole('button', { name: 'Join' }).waitFor();
    report('ended', text);
  }
});
await page.goto(`http://${address}/`);
await page.evaluate(() => {
  const watch = (id, shown) => new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) shown(node);
  }).observe(document.getElementById(id), { childList: true });
  watch('log', (line) => window.shows('line', line.innerText));
  watch('status', (status) => window.shows('status', status.textContent, document.body.dataset.state));
});
await page.getByLabel('Your name').fill(name);
await page.getByRole('button', { name: 'Join' }).click();

for await (const [command, text] of commands()) {
  if (command === 'say') {
    await page.getByLabel('Message').fill(text);
    await page.getByLabel('Message').press('Enter');
    said.push(`${name}: ${text}`);
  } else if (command === 'leave') {
    assert.deepEqual(await page.locator('#log .own').allInnerTexts(), said, 'own messages are marked, and only these');
    await page.getByRole('button', { name: 'Leave' }).click();
  } else if (command === 'reconnect') {
    await page.getByRole('button', { name: 'Reconnect' }).click();
  } else throw new Error(`unknown command ${command}`);
}
await browser.close();
