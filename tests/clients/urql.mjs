// urql, whatever carries its subscriptions and with either cache.

import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import * as documents from './documents.mjs';
import { observed } from './observed.mjs';
import { headers, url } from './settings.mjs';
import { live } from './story.mjs';

function data({ data: given, error }) {
  if (error) throw error;
  return given;
}

/** `socket`: a client of graphql-ws; without one, subscriptions are event streams. */
export async function urql(name, { socket = null, cache = cacheExchange, normalised = false }) {
  const overSocket = subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    }),
  });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    fetchSubscriptions: socket === null,
    exchanges: socket === null ? [cache, fetchExchange] : [cache, fetchExchange, overSocket],
  });
  const kindOf = (query) => query.trim().split(/\W/, 1)[0];
  await live(name, {
    reconnects: socket !== null,
    subscribe: (query, variables) => observed((sink) => {
      const { unsubscribe } = client.subscription(query, variables).subscribe((result) => {
        if (result.error) sink.error(result.error);
        else if (result.data) sink.next(result.data);
        if (!result.hasNext) sink.complete();
      });
      return unsubscribe;
    }),
    execute: async (query, variables) => data(kindOf(query) === 'mutation'
      ? await client.mutation(query, variables).toPromise()
      : await client.query(query, variables, { requestPolicy: 'network-only' }).toPromise()),
    cached: normalised
      ? async (query, variables) => data(
        await client.query(query, variables, { requestPolicy: 'cache-only' }).toPromise(),
      )
      : undefined,
    close: () => socket?.dispose(),
  }, documents);
}
