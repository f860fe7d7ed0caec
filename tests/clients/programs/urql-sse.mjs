// urql takes the end of an event stream for its completion and does not reconnect.

import { urql } from '../urql.mjs';

await urql('urql-sse', {});
