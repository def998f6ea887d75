// The chain's events as they come, block by block.

import { api } from './chain.js';
import { until } from './wait.js';

/**
 * Keeps all events from the next block on. `next(name, fits)` waits for the first `section.method`
 * whose fields (by name) fit and gives those back; it may have been there before it was asked for.
 */
export async function watchEvents() {
  const seen = [];
  await api.query.system.events((records) => {
    for (const { event } of records) {
      const { data, method, section } = event;
      const fields = Object.fromEntries((data.names ?? []).map((name, index) => [name, data[index]]));
      seen.push({ name: `${section}.${method}`, fields });
    }
  });
  return {
    next: (name, fits) =>
      until(name, () => seen.find((event) => event.name === name && fits(event.fields))?.fields)
  };
}
