// urql with its normalised cache, which the events of a subscription keep up to date.

import { cacheExchange } from '@urql/exchange-graphcache';
import { socket } from '../socket.mjs';
import { urql } from '../urql.mjs';

const embedded = () => null;
const keys = { MoverConnection: embedded, RunProgress: embedded, RunUpdate: embedded };

await urql('urql-graphcache', { socket, cache: cacheExchange({ keys }), normalised: true });
