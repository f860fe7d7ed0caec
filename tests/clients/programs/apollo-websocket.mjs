import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { apollo } from '../apollo.mjs';
import { socket } from '../socket.mjs';

await apollo('apollo-websocket', new GraphQLWsLink(socket), true, () => socket.dispose());
