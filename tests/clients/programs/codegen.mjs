// The documents that the client preset of codegen has generated, in the folder $GENERATED.

import { print } from 'graphql';
import * as documents from '../documents.mjs';
import { overSocket } from '../over-socket.mjs';

const generated = await import(`${process.env.GENERATED}/generated/graphql.js`);
const nameOf = (text) => /\w+ (\w+)/.exec(text)[1];
const typed = Object.fromEntries(Object.entries(documents).map(
  ([name, text]) => [name, generated[`${nameOf(text)}Document`]],
));

await overSocket('codegen', typed, print);
