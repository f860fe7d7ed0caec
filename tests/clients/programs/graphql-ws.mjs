import * as documents from '../documents.mjs';
import { overSocket } from '../over-socket.mjs';

await overSocket('graphql-ws', documents);
