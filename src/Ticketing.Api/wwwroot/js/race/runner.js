import { startRace, watchRace, Unreachable } from '../api.js';

/** How often a broken connection is made anew: the race itself goes on meanwhile. */
const RECONNECTS = 5;
const RECONNECT_MS = 500;

/**
 * Starts a race on the server, and follows it.
 * @param {object} settings as the API has them
 * @param {(race: object) => void} onNews is told of the race again and again, each time with all points of its curves
 */
export async function run(settings, onNews) {
  const race = await startRace(settings);
  onNews(race);
  return follow(race.race_id, onNews);
}

/** Follows a race until it is over, and returns it. */
export async function follow(id, onNews) {
  let race;
  for (let attempt = 0; ; attempt++) {
    try {
      await watchRace(id, news => {
        race = { ...news, lanes: news.lanes.map((lane, i) => ({ ...lane, points: withNew(race?.lanes[i].points ?? [], lane) })) };
        onNews(race);
      });
      if (race && race.status !== 'running') return race;
      if (attempt >= RECONNECTS) throw new Unreachable();
    } catch (error) {
      if (error.status || attempt >= RECONNECTS) throw error;
    }
    await new Promise(resolve => setTimeout(resolve, RECONNECT_MS));
  }
}

/** The points that were known, and those that are new; after a reconnect, all of them come again. */
const withNew = (known, lane) => [...known.slice(0, lane.points_from), ...lane.points];
