// Drives the IDE in Chromium as a person does: opens it, types, runs, and follows a run to its end.
// The browser is the one at the path $CHROMIUM.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { ask } from './ask.mjs';
import { url } from './settings.mjs';

const { TOKEN, MOVER } = process.env;
const SECONDS = 20;
const EXAMPLES = [
  'ListMovers', 'CreateMover', 'FollowOperation', 'StartMover', 'FollowRun', 'StopMover',
  'DeleteMover',
];

/** What must not happen on the page, in words. */
const complaints = [];
const origin = new URL(url).origin;
const socketOrigin = origin.replace('http', 'ws');
const sockets = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});
const page = await browser.newPage();
page.setDefaultTimeout(1000 * SECONDS);
await page.exposeFunction('complain', (what) => complaints.push(what));
await page.addInitScript(() => {
  document.addEventListener('securitypolicyviolation', (event) => {
    window.complain(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
});
page.on('console', (message) => {
  if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
});
page.on('pageerror', (error) => complaints.push(`uncaught: ${error}`));
page.on('request', (request) => {
  if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) {
    complaints.push(`request: ${request.url()}`);
  }
});
page.on('websocket', (socket) => {
  sockets.push(socket.url());
  if (!socket.url().startsWith(`${socketOrigin}/`)) complaints.push(`socket: ${socket.url()}`);
});

const result = () => page.evaluate(
  () => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue(),
);

/** Types a document into a tab of its own and runs it. */
async function run(text) {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .CodeMirror').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Control+Enter');
}

/** The result, once it contains `part`. */
async function shown(part) {
  const pane = page.locator('.result-window', { hasText: part });
  await pane.waitFor().catch(async () => assert.fail(`${part} is not in ${await result()}`));
  return result();
}

await page.goto(url);
for (const name of EXAMPLES) await page.getByRole('tab', { name }).waitFor();

await page.getByLabel('Credential').fill(TOKEN);
await page.getByRole('button', { name: 'Use' }).click();
await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
await page.getByRole('link', { name: 'Query', exact: true }).click();
await page.getByRole('link', { name: 'viewer', exact: true }).waitFor();

await page.getByRole('button', { name: 'Execute query' }).click();
await shown('"pageInfo"');

await run('{ viewer { name } }');
await shown('"name": "default"');

await ask('slow');
await run(`mutation { startMover(input: { mover: "${MOVER}" }) { run { id } errors { message } } }`);
const { run: { id } } = JSON.parse(await shown('"errors": []')).data.startMover;
await run(`subscription { runProgress(run: "${id}") { run { status outcome } } }`);
await shown('"outcome": null');
await ask('fast');
await shown('"outcome": "SUCCEEDED"');
await page.getByRole('button', { name: 'Execute query' }).waitFor();
assert.deepEqual(sockets, [url.replace('http', 'ws')]);

for (const dialog of ['Open settings dialog', 'Open short keys dialog']) {
  await page.getByRole('button', { name: dialog }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
}

const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
assert.ok(stored.includes('viewer'), 'the tabs are kept');
assert.ok(!stored.includes(TOKEN), 'the credential is kept');
assert.ok(!stored.includes('SUCCEEDED'), 'results are kept');
await page.reload();
assert.equal(await page.getByLabel('Credential').inputValue(), '');
await page.getByRole('tab', { name: 'ListMovers' }).first().waitFor();

await browser.close();
assert.deepEqual(complaints, []);
console.log('end');
process.exit(0); // which the open standard input would prevent
