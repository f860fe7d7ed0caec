// Requests over HTTP and subscriptions over a WebSocket, both to the address of this page.

import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

/** A fetcher for GraphiQL that authenticates with `headers`, until `close` is called. */
export function connect(headers) {
  const url = new URL(location.pathname, location.href);
  const socketUrl = new URL(url);
  socketUrl.protocol = url.protocol.replace('http', 'ws');
  const socket = createClient({ url: socketUrl.href, connectionParams: headers });
  return {
    fetcher(given) {
      const { request, isSubscription } = read(given);
      return isSubscription ? observable(socket, request) : post(url, headers, request);
    },
    close: () => socket.dispose(),
  };
}

/**
 * What to send. GraphiQL names the operation that was there when it last looked: if there is none
 * of this name, the name is left out. Of a document that does not parse, the server explains the error.
 */
function read(request) {
  try {
    const document = parse(request.query);
    const named = getOperationAST(document, request.operationName);
    const operation = named ?? getOperationAST(document);
    return {
      request: named ? request : { ...request, operationName: undefined },
      isSubscription: operation?.operation === 'subscription',
    };
  } catch {
    return { request, isSubscription: false };
  }
}

async function post(url, headers, request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(request),
  });
  return response.json();
}

function observable(socket, request) {
  return {
    subscribe: (sink) => ({
      unsubscribe: socket.subscribe(request, {
        ...sink,
        error: (error) => sink.error(error instanceof CloseEvent
          ? new Error(`The server closed the WebSocket: ${error.code} ${error.reason}`)
          : error),
      }),
    }),
  };
}
