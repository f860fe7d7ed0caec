// The tabs of a browser that opens the page for the first time.

import listMovers from '../examples/list-movers.graphql';
import createMover from '../examples/create-mover.graphql';
import followOperation from '../examples/follow-operation.graphql';
import startMover from '../examples/start-mover.graphql';
import followRun from '../examples/follow-run.graphql';
import stopMover from '../examples/stop-mover.graphql';
import deleteMover from '../examples/delete-mover.graphql';
import variables from '../examples/variables.json';

const documents = {
  listMovers, createMover, followOperation, startMover, followRun, stopMover, deleteMover,
};

export const examples = Object.entries(documents).map(([name, query]) => ({
  query,
  variables: JSON.stringify(variables[name], null, 2),
}));
