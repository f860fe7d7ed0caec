// Asks the test that runs this program for something.

import assert from 'node:assert/strict';
import readline from 'node:readline';

const input = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Waits until it is done. */
export async function ask(what) {
  console.log(what);
  const { value } = await input.next();
  assert.equal(value, 'done');
}
