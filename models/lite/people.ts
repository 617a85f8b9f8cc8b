/** @file Are there people, how many, how surely: from faces, persons and what the classifier says. And what that adds to a picture's vector. */
import { textSize } from './blocks.ts';
import { area, type Box } from './boxes.ts';
import type { PictureSize } from './faces.ts';
import { addScaled, row, unit } from './vector.ts';

/** A face alone proves people; a weaker face and a weaker person prove them together; a person alone only where there is no animal. */
const sureFace = 0.7;
const faceWithPerson = 0.6;
const surePerson = 0.6;
const personWithFace = 0.4;
const mostAnimal = 0.5;
const counted = 0.5;
/** A portrait: the face takes more than this share of the picture. */
const closeFace = 0.03;

/** Rows of person-vectors.f32. */
export const personPhrases = [
  'a person',
  'portrait of a person',
  'two people',
  'three people',
  'a group of people',
  'a crowd of people',
] as const;

export type People = {
  readonly count: number;
  /** 0.25 to 1; 0 when there are none. */
  readonly strength: number;
  /** Share of the picture that the largest face takes. */
  readonly largestFace: number;
};

const nobody: People = { count: 0, strength: 0, largestFace: 0 };

export function countPeople(faces: readonly Box[], persons: readonly Box[], animals: number, size: PictureSize): People {
  const face = bestScore(faces);
  const person = bestScore(persons);
  const there = face >= sureFace || (face >= faceWithPerson && person >= personWithFace) || (person >= surePerson && animals < mostAnimal);
  if (!there) return nobody;
  const countedFaces = faces.filter(({ score }) => score >= counted);
  const countedPersons = persons.filter(({ score }) => score >= counted);
  return {
    count: Math.max(countedFaces.length, countedPersons.length, 1),
    strength: Math.min(1, Math.max(0.25, (Math.max(face, person) - 0.4) / 0.4)),
    largestFace: Math.max(0, ...countedFaces.map(area)) / (size.width * size.height),
  };
}

/** The direction of "people" in the sentence encoder's space, for this many. */
export function peopleDirection(personVectors: Float32Array, { count, largestFace }: People): Float32Array {
  const rows = [0];
  if (count === 1 && largestFace > closeFace) rows.push(1);
  if (count === 2) rows.push(2);
  if (count === 3) rows.push(3);
  if (count > 2) rows.push(4);
  if (count > 6) rows.push(5);
  const sum = new Float32Array(textSize);
  for (const index of rows) addScaled(sum, row(personVectors, index, textSize), 1);
  return unit(sum);
}

function bestScore(boxes: readonly Box[]): number {
  return Math.max(0, ...boxes.map(({ score }) => score));
}
