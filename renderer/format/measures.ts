/** @file Numbers, sizes, times and dates as people read them, in a given locale. */

// Making one takes a hundred times as long as using it.
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numbers(locale: string, options?: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(numberFormats, locale, options, () => new Intl.NumberFormat(locale, options));
}

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dateFormats, locale, options, () => new Intl.DateTimeFormat(locale, options));
}

function kept<T>(formats: Map<string, T>, locale: string, options: unknown, make: () => T): T {
  const name = `${locale} ${JSON.stringify(options)}`;
  const found = formats.get(name) ?? make();
  formats.set(name, found);
  return found;
}

const decimals = (value: number): number => (value < 10 ? 1 : 0);

export function formatCount(value: number, locale: string): string {
  return numbers(locale).format(value);
}

/** What stands between thousands and before decimals, for fields in which a number is typed. */
export function separatorsOf(locale: string): { thousandSeparator: string; decimalSeparator: string } {
  const parts = numbers(locale).formatToParts(1_000_000.5);
  const part = (type: 'group' | 'decimal'): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return { thousandSeparator: part('group'), decimalSeparator: part('decimal') };
}

/** Decimal units, as file managers show them: 44 MB. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return numbers(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && step > 1 ? 1 : 0,
  }).format(value);
}

/** 41/s, 1.4/min, 3/h: a slow rate does not read as none. */
export function formatRate(rate: number, locale: string): string {
  const [value, unit] = rate >= 0.1 ? [rate, 's'] : rate * 60 >= 0.1 ? [rate * 60, 'min'] : [rate * 3600, 'h'];
  return `${numbers(locale, { maximumFractionDigits: decimals(value) }).format(value)}/${unit}`;
}

/** Time left, rounded up and coarse on purpose: a countdown that jumps is worse than none. */
export function formatTimeLeft(seconds: number, locale: string): string {
  if (seconds < 60) return formatUnit(Math.max(5, Math.ceil(seconds / 5) * 5), 'second', locale);
  if (seconds < 90 * 60) return formatUnit(Math.ceil(seconds / 60), 'minute', locale);
  if (seconds < 72 * 3600) return formatUnit(Math.ceil(seconds / 3600), 'hour', locale);
  return formatUnit(Math.ceil(seconds / 86_400), 'day', locale);
}

/** How long one picture takes: 42 ms, 1.3 s, 4 min. */
export function formatDuration(seconds: number, locale: string): string {
  if (seconds < 1) return formatUnit(Math.max(1, Math.round(seconds * 1000)), 'millisecond', locale);
  if (seconds >= 120) return formatUnit(Math.round(seconds / 60), 'minute', locale);
  return formatUnit(Number(seconds.toFixed(seconds < 10 ? 1 : 0)), 'second', locale);
}

function formatUnit(value: number, unit: string, locale: string): string {
  return numbers(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** How far apart two times are, in the largest unit that says it: 3 minutes, 2 days, 4 years. */
export function formatSpan(seconds: number, locale: string): string {
  const units = [
    ['year', 365.25 * 86_400],
    ['month', 30.4375 * 86_400],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['second', 1];
  return numbers(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(seconds / size);
}

/** A camera's time has no zone: it is shown as it was written. */
export function formatDateTime(iso: string, locale: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return dates(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** `2023-07` as July 2023. */
export function formatMonth(month: string, locale: string): string {
  const date = new Date(`${month}-15T12:00:00`);
  if (Number.isNaN(date.getTime())) return month;
  return dates(locale, { year: 'numeric', month: 'long' }).format(date);
}

type Precision = 'year' | 'month' | 'day';

const dated: Readonly<Record<Precision, Intl.DateTimeFormatOptions>> = {
  year: { year: 'numeric' },
  month: { year: 'numeric', month: 'long' },
  day: { year: 'numeric', month: 'long', day: 'numeric' },
};

/** From one day to another, both inclusive and `YYYY-MM-DD`, as the longest period that says it: 2019, May – June 2021, 14 July 2023. */
export function formatDays(from: string, to: string, locale: string): string {
  const precision = coarser(edge(from, 'first'), edge(to, 'last'));
  const format = dayFormat(precision, locale);
  // Of a whole year or month its first day stands for it, so that a single one is no range.
  const [first, last] = [from, to].map((day) =>
    dateOf({ year: `${day.slice(0, 4)}-01-01`, month: `${day.slice(0, 7)}-01`, day }[precision]),
  );
  return first && last ? format.formatRange(first, last) : '';
}

/** The period that begins (or ends) with this day: a year, a month, or the day itself. */
export function formatEdge(day: string, side: 'first' | 'last', locale: string): string {
  return dayFormat(edge(day, side), locale).format(dateOf(day));
}

function edge(day: string, side: 'first' | 'last'): Precision {
  if (day.endsWith(side === 'first' ? '-01-01' : '-12-31')) return 'year';
  const next = new Date(dateOf(day).getTime() + 86_400_000);
  return (side === 'first' ? day.endsWith('-01') : next.getUTCDate() === 1) ? 'month' : 'day';
}

function coarser(one: Precision, other: Precision): Precision {
  if (one === 'day' || other === 'day') return 'day';
  return one === 'month' || other === 'month' ? 'month' : 'year';
}

function dayFormat(precision: Precision, locale: string): Intl.DateTimeFormat {
  return dates(locale, { ...dated[precision], timeZone: 'UTC' });
}

function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** One of these: JPEG, PNG or WebP. */
export function formatEither(names: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'disjunction' }).format(names);
}

/** 3 minutes ago, yesterday. */
export function formatAgo(iso: string, now: number, locale: string): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return iso;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return format.format(0, 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  if (size < 30 * 86_400) return format.format(Math.round(seconds / 86_400), 'day');
  return dates(locale, { dateStyle: 'medium' }).format(new Date(iso));
}

/** A probability as a percentage; very small ones are not rounded to nothing. */
export function formatProbability(probability: number, locale: string): string {
  const percent = probability > 0 && probability < 0.01;
  return percent ? `<${formatPercent(0.01, locale)}` : formatPercent(probability, locale);
}

function formatPercent(value: number, locale: string): string {
  return numbers(locale, { style: 'percent', maximumFractionDigits: 0 }).format(value);
}

/** A score or similarity, always with the same number of digits so that columns line up. */
export function formatScore(score: number, locale: string): string {
  return numbers(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(score);
}

/** Coordinates as 52.520° N, 13.405° E. */
export function formatPlace(place: { latitude: number; longitude: number }, locale: string): string {
  const degrees = numbers(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const part = (value: number, positive: string, negative: string) =>
    `${degrees.format(Math.abs(value))}° ${value < 0 ? negative : positive}`;
  return `${part(place.latitude, 'N', 'S')}, ${part(place.longitude, 'E', 'W')}`;
}

/** The best of the user's locales for a language, so that English words come with the user's own English dates. */
export function localeFor(language: string, preferred: readonly string[]): string {
  return preferred.find((locale) => locale.toLowerCase().split('-')[0] === language) ?? language;
}
