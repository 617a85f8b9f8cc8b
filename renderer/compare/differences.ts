/** @file What sets two pictures apart, from what is known of their files. Nothing is guessed: more pixels are more pixels, not a better picture. */
import type { ItemDetail } from '../../core/api/library.ts';
import type { Messages } from '../messages/messages.ts';

export type Difference = { label: string; first: string | null; second: string | null };

/** Sizes this close are the same to people. */
const sameWithin = 1.02;
/** Cameras and file systems round. In seconds. */
const sameMoment = 2;

/** The names to speak of them by, also where both files are called the same. */
export function namesOf(first: ItemDetail, second: ItemDetail, { compare }: Messages): readonly [string, string] {
  if (first.name !== second.name) return [first.name, second.name];
  return [`${first.name} (${compare.first})`, `${second.name} (${compare.second})`];
}

/** Sentences on which has more pixels, which file is larger, which is newer. */
export function findingsOf(first: ItemDetail, second: ItemDetail, messages: Messages): string[] {
  const { compare, bytes } = messages;
  if (first.version === second.version) return [compare.sameContent];
  const [nameOfFirst, nameOfSecond] = namesOf(first, second, messages);
  const nameOf = (isFirst: boolean): string => (isFirst ? nameOfFirst : nameOfSecond);
  const findings: string[] = [];

  const pixels = [first.width * first.height, second.width * second.height] as const;
  const times = Math.max(...pixels) / Math.min(...pixels);
  findings.push(times < sameWithin ? compare.samePixels : compare.morePixels(nameOf(pixels[0] > pixels[1]), times));

  const [larger, smaller] = [Math.max(first.bytes, second.bytes), Math.min(first.bytes, second.bytes)];
  if (larger > smaller * sameWithin) findings.push(compare.moreBytes(nameOf(first.bytes > second.bytes), bytes(larger), bytes(smaller)));

  const apart = (Date.parse(first.takenAt) - Date.parse(second.takenAt)) / 1000;
  if (Math.abs(apart) > sameMoment) findings.push(compare.newer(nameOf(apart > 0), Math.abs(apart)));
  return findings;
}

/** Facts that are not the same, as people read them. Null = unknown of that one. */
export function differencesOf(first: ItemDetail, second: ItemDetail, messages: Messages): Difference[] {
  const theirs = factsOf(second, messages);
  return factsOf(first, messages)
    .map(([label, value], at) => ({ label, first: value, second: theirs[at]?.[1] ?? null }))
    .filter((row) => row.first !== row.second);
}

/** In the same order for every picture. A camera's date and a file's are two facts. */
function factsOf(item: ItemDetail, { viewer, dateTime, bytes, count }: Messages): [label: string, value: string | null][] {
  return [
    [viewer.date, item.takenAtIsFromCamera ? dateTime(item.takenAt) : null],
    [viewer.fileDate, item.takenAtIsFromCamera ? null : dateTime(item.takenAt)],
    [viewer.dimensionsLabel, `${viewer.dimensions(item.width, item.height)} (${viewer.megapixels((item.width * item.height) / 1e6)})`],
    [viewer.size, bytes(item.bytes)],
    [viewer.file, item.type.toUpperCase()],
    [viewer.camera, item.camera],
    [viewer.lens, item.lens],
    [viewer.exposure, item.exposure],
    [viewer.place, item.place && viewer.coordinates(item.place)],
    [viewer.rating, item.rating === null ? null : viewer.stars(item.rating)],
    [viewer.people, item.people === null ? null : count(item.people)],
    [
      viewer.words,
      item.words
        .slice(0, 3)
        .map(({ text }) => text)
        .join(', ') || null,
    ],
    [viewer.path, item.path],
  ];
}
