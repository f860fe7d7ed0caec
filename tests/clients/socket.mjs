// A client of graphql-ws, as several libraries use it.

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { headers, socketUrl } from './settings.mjs';

/** Also reconnects where the connection is refused because the server is being restarted. */
export const socket = createClient({
  url: socketUrl,
  webSocketImpl: WebSocket,
  connectionParams: headers,
  retryAttempts: 20,
  shouldRetry: () => true,
});
