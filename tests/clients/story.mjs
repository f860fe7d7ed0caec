// What a front end does with a mover, told once for every client library.
//
// A client has `execute(document, variables)`, which resolves to data, and `subscribe(document,
// variables)`, an async iterable of data. `reconnects` says that its subscriptions outlive a restart
// of the server by themselves. `cached(document, variables)`, if it has a normalised cache, reads
// from the cache alone and returns null if something is missing there.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './ask.mjs';
import { passed } from './passed.mjs';

const ACCOUNT = '222222222222';
const ATTEMPTS = 50;

/** Follows a subscription until `isLast` holds for its last event, which is returned. */
async function follow(client, document, variables, isLast, onEvent = async () => {}) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    let last = null;
    try {
      for await (const data of client.subscribe(document, variables)) {
        last = data;
        await onEvent(data);
      }
    } catch (error) {
      if (client.reconnects) throw error;
    }
    if (last !== null && isLast(last)) return last;
    assert.ok(!client.reconnects, `the subscription ended with ${JSON.stringify(last)}`);
    await delay(200);
  }
  throw new Error('the subscription never reached its end');
}

function accepted(payload) {
  assert.deepEqual(payload.errors, []);
  return payload;
}

export async function live(name, client, documents) {
  const { CREATE, DELETE, LIST, OPERATION, RUN, START, STOP } = documents;
  const hasEnded = ({ runProgress }) => runProgress.run.outcome !== null;
  const row = (data) => data.account.movers.nodes.find((mover) => mover.name === name);

  /** Checks that the events of a run have brought the list in the cache up to date. */
  const checkCache = async (run, outcome) => {
    if (!client.cached) return;
    const shown = row(await client.cached(LIST, { account: ACCOUNT }));
    assert.deepEqual(
      [shown.status, shown.lastRun.id, shown.lastRun.outcome, shown.currentRun],
      ['AVAILABLE', run, outcome, null],
    );
  };

  const source = { s3: { bucketArn: `arn:aws:s3:::from-${ACCOUNT}` } };
  const destination = { s3: { bucketArn: `arn:aws:s3:::to-${ACCOUNT}` } };
  const mover = { account: ACCOUNT, group: 'clients', name, source, destination };
  const created = accepted((await client.execute(CREATE, { input: mover })).createMover);
  const made = await follow(client, OPERATION, { operation: created.operation.id },
    ({ operationProgress }) => operationProgress.status === 'COMPLETED');
  const { id } = made.operationProgress.mover;
  passed('create');
  passed('follow it');

  assert.equal(row(await client.execute(LIST, { account: ACCOUNT })).status, 'AVAILABLE');

  const first = accepted((await client.execute(START, { input: { mover: id } })).startMover);
  const ended = (await follow(client, RUN, { run: first.run.id }, hasEnded)).runProgress;
  assert.equal(ended.run.outcome, 'SUCCEEDED');
  assert.deepEqual(
    [ended.mover.status, ended.mover.lastRun.outcome, ended.mover.currentRun],
    ['AVAILABLE', 'SUCCEEDED', null],
  );
  await checkCache(first.run.id, 'SUCCEEDED');
  passed('start');
  passed('follow the run');

  await ask('slow');
  const second = accepted((await client.execute(START, { input: { mover: id } })).startMover);
  let restarted = false;
  let stopped = false;
  const cancelled = await follow(client, RUN, { run: second.run.id }, hasEnded, async () => {
    if (!restarted) {
      restarted = true;
      await ask('restart');
    } else if (!stopped) {
      stopped = true;
      accepted((await client.execute(STOP, { input: { mover: id } })).stopMover);
    }
  });
  assert.equal(cancelled.runProgress.run.outcome, 'CANCELLED');
  await checkCache(second.run.id, 'CANCELLED');
  passed('restart of the server', client.reconnects ? 'reconnects' : 'subscribes again');
  passed('stop');
  await ask('fast');

  const removal = accepted((await client.execute(DELETE, { input: { mover: id } })).deleteMover);
  const gone = await follow(client, OPERATION, { operation: removal.operation.id },
    ({ operationProgress }) => operationProgress.status === 'COMPLETED');
  assert.equal(gone.operationProgress.mover, null);
  assert.equal(row(await client.execute(LIST, { account: ACCOUNT })), undefined);
  if (client.cached) assert.equal(row(await client.cached(LIST, { account: ACCOUNT })), undefined);
  passed('delete');
  passed('cache', client.cached ? 'current' : 'none');

  await client.close();
  console.log('end');
  process.exit(0);
}
