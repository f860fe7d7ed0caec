import { initGraphQLTada, type ResultOf } from 'gql.tada';
import type { introspection } from './introspection';
import type { Scalars } from './scalars';

const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars }>();

export const document = graphql(`
  query Run($id: ID!) {
    node(id: $id) {
      __typename
      ... on Run {
        id
        outcome
        requestedAt
        progress { bytes { transferred } }
      }
    }
  }
`);

// Compiles only if the scalars have the types that the guide gives them.
export function read(data: ResultOf<typeof document>): {
  bytes: number | null; requested: string | null;
} {
  const run = data.node;
  if (run?.__typename !== 'Run') return { bytes: null, requested: null };
  return { bytes: run.progress.bytes.transferred, requested: run.requestedAt };
}
