// All operations over one WebSocket of graphql-ws, whatever makes the documents.

import { data } from './observed.mjs';
import { socket } from './socket.mjs';
import { live } from './story.mjs';

/** `textOf` turns a document into its text. */
export async function overSocket(name, documents, textOf = (text) => text) {
  const results = (document, variables) => socket.iterate({ query: textOf(document), variables });

  async function* subscribe(document, variables) {
    for await (const result of results(document, variables)) yield data(result);
  }

  await live(name, {
    reconnects: true,
    subscribe,
    async execute(document, variables) {
      const { value } = await results(document, variables).next();
      return data(value);
    },
    close: () => socket.dispose(),
  }, documents);
}
