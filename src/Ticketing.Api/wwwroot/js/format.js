let locale = 'en';

export const setLocale = language => { locale = language; };

export const number = value => new Intl.NumberFormat(locale).format(value);

export const seconds = value => new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(value);

export const time = date => new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(date);

/** For the times of the API, which are UTC. */
export const moment = text => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(text));

/** Milliseconds, more exact where they are few. */
export const milliseconds = value => `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)}\u00a0ms`;

/** Milliseconds, or a dash where nothing was measured. */
export const latency = value => value === null ? '–' : milliseconds(value);

/** Seconds, as milliseconds where they are few. */
export const duration = value => value >= 1 ? `${seconds(value)}\u00a0s` : milliseconds(value * 1000);

/** Milliseconds that are left, as days and a clock such as '03:04:05'. */
export const countdown = left => {
  const seconds = Math.ceil(left / 1000);
  const clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(part => String(Math.floor(part)).padStart(2, '0')).join(':');
  return { days: Math.floor(seconds / 86_400), clock };
};

/** Names in a row, such as 'a, b and c'. */
export const list = names => new Intl.ListFormat(locale).format(names);
