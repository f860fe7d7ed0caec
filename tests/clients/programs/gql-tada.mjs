// Documents of gql.tada, compiled from TypeScript into the folder $GENERATED.

import { print } from 'graphql';
import { overSocket } from '../over-socket.mjs';

const documents = await import(`${process.env.GENERATED}/story.js`);

await overSocket('gql-tada', documents, print);
