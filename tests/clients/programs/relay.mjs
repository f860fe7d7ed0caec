// Relay's runtime with what its compiler has made of relay/documents.js, in the folder $GENERATED.

import {
  Environment, Network, Observable, RecordSource, Store, commitMutation, createOperationDescriptor,
  fetchQuery, getRequest, requestSubscription,
} from 'relay-runtime';
import { observed } from '../observed.mjs';
import { headers, url } from '../settings.mjs';
import { socket } from '../socket.mjs';
import { live } from '../story.mjs';

const compiled = async (name) =>
  (await import(`${process.env.GENERATED}/documents${name}.graphql.js`)).default;

const documents = {
  CREATE: await compiled('CreateMutation'),
  DELETE: await compiled('DeleteMutation'),
  LIST: await compiled('ListQuery'),
  OPERATION: await compiled('OperationSubscription'),
  RUN: await compiled('RunSubscription'),
  START: await compiled('StartMutation'),
  STOP: await compiled('StopMutation'),
};

async function fetchOperation({ text }, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
}

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(fetchOperation, ({ text }, variables) => Observable.create((sink) =>
    socket.subscribe({ query: text, variables }, sink))),
});

/** The list in the shape that the story reads. */
function withNodes(data) {
  const edges = data.account.movers.edges;
  return { account: { movers: { nodes: edges.map(({ node }) => node) } } };
}

function mutate(mutation, variables) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation,
      variables,
      onCompleted: (data, errors) => (errors ? reject(errors) : resolve(data)),
      onError: reject,
    });
  });
}

await live('relay', {
  reconnects: true,
  subscribe: (subscription, variables) => observed((sink) => {
    const { dispose } = requestSubscription(environment, {
      subscription,
      variables,
      onNext: sink.next,
      onError: sink.error,
      onCompleted: sink.complete,
    });
    return dispose;
  }),
  async execute(document, variables) {
    if (document !== documents.LIST) return mutate(document, variables);
    return withNodes(await fetchQuery(environment, document, variables).toPromise());
  },
  cached(document, variables) {
    const operation = createOperationDescriptor(getRequest(document), variables);
    environment.retain(operation);
    return withNodes(environment.lookup(operation.fragment).data);
  },
  close: () => socket.dispose(),
}, documents);
