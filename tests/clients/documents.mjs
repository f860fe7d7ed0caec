// The operations of the story, as text.

export const CREATE = `
  mutation Create($input: CreateMoverInput!) {
    createMover(input: $input) { operation { id status } errors { code message path } }
  }`;

export const DELETE = `
  mutation Delete($input: DeleteMoverInput!) {
    deleteMover(input: $input) { operation { id status } errors { code message path } }
  }`;

export const START = `
  mutation Start($input: StartMoverInput!) {
    startMover(input: $input) {
      run { id status outcome }
      mover { id status currentRun { id status } }
      errors { code message path }
    }
  }`;

export const STOP = `
  mutation Stop($input: StopMoverInput!) {
    stopMover(input: $input) {
      run { id status outcome }
      mover { id status }
      errors { code message path }
    }
  }`;

export const LIST = `
  query List($account: AccountId!) {
    account(id: $account) {
      id
      movers(first: 50) {
        nodes {
          id name status
          currentRun { id status }
          lastRun { id status outcome }
        }
      }
    }
  }`;

export const OPERATION = `
  subscription Operation($operation: ID!) {
    operationProgress(operation: $operation) {
      id status failure { message }
      mover { id name status }
    }
  }`;

export const RUN = `
  subscription Run($run: ID!) {
    runProgress(run: $run) {
      sequence
      run { id status outcome progress { percent } }
      mover {
        id status
        currentRun { id status }
        lastRun { id status outcome }
      }
    }
  }`;
