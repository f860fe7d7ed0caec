// The server audits of graphql-http; prints one JSON line per audit.

import { serverAudits } from 'graphql-http';
import { headers, url } from './settings.mjs';

const authorized = (input, init = {}) => {
  const given = new Headers(init.headers);
  for (const [name, value] of Object.entries(headers)) given.set(name, value);
  return fetch(input, { ...init, headers: given });
};

for (const audit of serverAudits({ url, fetchFn: authorized })) {
  const { id, name, status, reason = null } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
