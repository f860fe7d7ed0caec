// Prints the documents of the story by name, as one JSON object.

import * as documents from './documents.mjs';

console.log(JSON.stringify(documents));
