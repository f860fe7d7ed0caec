import { socket } from '../socket.mjs';
import { urql } from '../urql.mjs';

await urql('urql-websocket', { socket });
