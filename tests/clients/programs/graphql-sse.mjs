import { createClient } from 'graphql-sse';
import * as documents from '../documents.mjs';
import { data } from '../observed.mjs';
import { headers, url } from '../settings.mjs';
import { live } from '../story.mjs';

const stream = createClient({ url, headers, retryAttempts: 20 });

async function* subscribe(query, variables) {
  for await (const result of stream.iterate({ query, variables })) yield data(result);
}

await live('graphql-sse', {
  reconnects: true,
  subscribe,
  async execute(query, variables) {
    const { value } = await stream.iterate({ query, variables }).next();
    return data(value);
  },
  close: () => stream.dispose(),
}, documents);
