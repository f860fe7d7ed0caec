// Subscriptions over multipart responses, which Apollo Client does not repeat after a disconnect.

import { apollo, http } from '../apollo.mjs';

await apollo('apollo-multipart', http(), false, () => {});
