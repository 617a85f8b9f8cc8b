/** @file What filters say, in the words of the interface: July 2023, JPEG or PNG, 2 people. Chips, names of searches and reasons are made of it. */
import type { FileType, Filters } from '../../core/api/query.ts';
import { nameOfFolder } from '../library/folder-name.ts';
import type { Messages } from '../messages/messages.ts';

type Words = Messages['filters'];

export function filterLabels(filters: Filters, words: Words): string[] {
  const { folder, types, camera, orientation, minSide, people, minRating, hasPlace, starred, collection } = filters;
  const labels = [
    daysLabel(filters, words),
    types && words.types(types.map(typeName)),
    people !== undefined && words.people(people),
    folder !== undefined && words.folder(isWholePath(folder) ? nameOfFolder(folder) : folder),
    camera !== undefined && words.camera(camera),
    orientation && words.orientations[orientation],
    minSide !== undefined && words.minSide(minSide),
    minRating !== undefined && words.minRating(minRating),
    hasPlace !== undefined && (hasPlace ? words.place : words.noPlace),
    starred !== undefined && (starred ? words.starred : words.notStarred),
    collection !== undefined && words.collection(collection),
  ];
  return labels.filter((label) => typeof label === 'string');
}

/** Of one fact, which may be several filters. */
export function factLabel({ filters }: { filters: Filters }, words: Words): string {
  return filterLabels(filters, words).join(', ');
}

function daysLabel({ from, to }: Filters, words: Words): string | undefined {
  if (from !== undefined && to !== undefined) return words.days(from, to);
  if (from !== undefined) return words.since(from);
  return to === undefined ? undefined : words.until(to);
}

/** What was typed may be a part of a path: `Trips/2019`. */
function isWholePath(folder: string): boolean {
  return /^([\\/]|[A-Za-z]:)/.test(folder);
}

function typeName(type: FileType): string {
  return type === 'webp' ? 'WebP' : type.toUpperCase();
}
