/** Everything added, by metric and, where there is one, tag. */
export const recorded = {};

class Metric {
  constructor(name) {
    this.name = name;
    recorded[name] = 0;
  }

  add(value, tags) {
    const [tag] = Object.entries(tags ?? {});
    const key = tag ? `${this.name}{${tag[0]}:${tag[1]}}` : this.name;
    recorded[key] = (recorded[key] ?? 0) + Number(value);
  }
}

export { Metric as Counter, Metric as Rate };

export class Gauge extends Metric {
  add(value) {
    recorded[this.name] = value;
  }
}
