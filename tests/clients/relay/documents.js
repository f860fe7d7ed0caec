import { graphql } from 'relay-runtime';

graphql`
  mutation documentsCreateMutation($input: CreateMoverInput!) {
    createMover(input: $input) { operation { id status } errors { code message path } }
  }
`;

graphql`
  mutation documentsDeleteMutation($input: DeleteMoverInput!) {
    deleteMover(input: $input) { operation { id status } errors { code message path } }
  }
`;

graphql`
  mutation documentsStartMutation($input: StartMoverInput!) {
    startMover(input: $input) {
      run { id status outcome }
      mover { id status currentRun { id status } }
      errors { code message path }
    }
  }
`;

graphql`
  mutation documentsStopMutation($input: StopMoverInput!) {
    stopMover(input: $input) {
      run { id status outcome }
      mover { id status }
      errors { code message path }
    }
  }
`;

graphql`
  query documentsListQuery($account: AccountId!) {
    account(id: $account) {
      id
      movers(first: 50) @connection(key: "documents_movers") {
        edges {
          node {
            id name status
            currentRun { id status }
            lastRun { id status outcome }
          }
        }
      }
    }
  }
`;

graphql`
  subscription documentsOperationSubscription($operation: ID!) {
    operationProgress(operation: $operation) {
      id status failure { message }
      mover { id name status }
    }
  }
`;

graphql`
  subscription documentsRunSubscription($run: ID!) {
    runProgress(run: $run) {
      sequence
      run { id status outcome progress { percent } }
      mover {
        id status
        currentRun { id status }
        lastRun { id status outcome }
      }
    }
  }
`;
