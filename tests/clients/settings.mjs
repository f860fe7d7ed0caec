// Where the server is, and the credential for it.

export const url = `${process.env.URL}/graphql`;
export const socketUrl = url.replace(/^http/, 'ws');
export const headers = { 'X-Auth-Token': process.env.TOKEN };
