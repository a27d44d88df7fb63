const clock = new Int32Array(new SharedArrayBuffer(4));

/** Think times pass quickly; waiting for the API's cache takes as long as it does. */
export function sleep(seconds) {
  Atomics.wait(clock, 0, 0, seconds < 1 ? 1 : seconds * 1000);
}
