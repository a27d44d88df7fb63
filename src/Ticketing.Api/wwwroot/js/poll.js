const SLOWEST_MS = 10_000;
const SLOW_DOWN_UNCHANGED = 1.25;
const SLOW_DOWN_FAILED = 2;

/**
 * Polls at once, then after a second, and less and less often while nothing changes or no answer comes. A hidden tab does not poll.
 * @param {() => Promise<string>} read resolves to a text that differs when something changed; rejects when there was no answer
 * @param {number} fastestMs
 */
export function poll(read, fastestMs = 1000) {
  let active = false;
  let timer = 0;
  let round = 0;
  let pause = fastestMs;
  let last;

  async function ask() {
    clearTimeout(timer);
    const mine = ++round;
    try {
      const seen = await read();
      pause = seen === last ? pause * SLOW_DOWN_UNCHANGED : fastestMs;
      last = seen;
    } catch {
      pause *= SLOW_DOWN_FAILED;
      last = undefined;
    }
    pause = Math.min(pause, SLOWEST_MS);
    if (active && mine === round && !document.hidden) timer = setTimeout(ask, pause);
  }

  function now() {
    pause = fastestMs;
    if (active && !document.hidden) ask();
  }

  document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : now());
  addEventListener('online', now);

  return {
    start() { active = true; now(); },
    stop() { active = false; clearTimeout(timer); },
    /** Asks at once, and often again. */
    now,
  };
}
