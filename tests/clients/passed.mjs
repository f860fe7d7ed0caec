// Tells the test that runs this program which step has succeeded, and how.

export function passed(step, how = 'yes') {
  console.log(JSON.stringify({ step, how }));
}
