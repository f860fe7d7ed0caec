// Turns what a library calls an observable into an async iterable.

export async function* observed(subscribe) {
  const queue = [];
  let wake = () => {};
  const push = (item) => { queue.push(item); wake(); };
  const stop = subscribe({
    next: (value) => push({ value }),
    error: (error) => push({ error }),
    complete: () => push({ done: true }),
  });
  try {
    for (;;) {
      while (queue.length === 0) await new Promise((resolve) => { wake = resolve; });
      const { value, error, done } = queue.shift();
      if (error) throw error;
      if (done) return;
      yield value;
    }
  } finally {
    stop();
  }
}

/** The data of a result; throws its errors. */
export function data(result) {
  if (result.errors?.length) throw new Error(JSON.stringify(result.errors));
  return result.data;
}
