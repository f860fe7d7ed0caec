// Apollo Client, whatever carries its subscriptions.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { getMainDefinition } from '@apollo/client/utilities';
import * as documents from './documents.mjs';
import { observed, data } from './observed.mjs';
import { headers, url } from './settings.mjs';
import { live } from './story.mjs';

const parsed = Object.fromEntries(
  Object.entries(documents).map(([name, text]) => [name, gql(text)]),
);
const isSubscription = ({ query }) => getMainDefinition(query).operation === 'subscription';

export const http = () => new HttpLink({ uri: url, headers });

export async function apollo(name, subscriptions, reconnects, close) {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(isSubscription, subscriptions, http()),
  });
  await live(name, {
    reconnects,
    subscribe: (query, variables) => observed((sink) => {
      const subscription = client.subscribe({ query, variables }).subscribe({
        ...sink,
        next: (result) => (result.error ? sink.error(result.error) : sink.next(result.data)),
      });
      return () => subscription.unsubscribe();
    }),
    async execute(document, variables) {
      return data(getMainDefinition(document).operation === 'mutation'
        ? await client.mutate({ mutation: document, variables })
        : await client.query({ query: document, variables, fetchPolicy: 'network-only' }));
    },
    cached: (query, variables) => client.cache.readQuery({ query, variables }),
    async close() {
      client.stop();
      await close();
    },
  }, parsed);
}
