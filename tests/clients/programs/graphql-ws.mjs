import * as documents from '../documents.mjs';
import { data } from '../observed.mjs';
import { socket } from '../socket.mjs';
import { live } from '../story.mjs';

async function* subscribe(query, variables) {
  for await (const result of socket.iterate({ query, variables })) yield data(result);
}

await live('graphql-ws', {
  reconnects: true,
  subscribe,
  async execute(query, variables) {
    const { value } = await socket.iterate({ query, variables }).next();
    return data(value);
  },
  close: () => socket.dispose(),
}, documents);
