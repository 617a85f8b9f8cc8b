/** @file Boxes, people and crops: the rules, on made-up detections. */
import { describe, expect, it } from 'vitest';
import { type Box, inPicture, suppress } from '../../../models/lite/boxes.ts';
import { cropBoxes, cut } from '../../../models/lite/crops.ts';
import { countPeople } from '../../../models/lite/people.ts';

const box = (left: number, top: number, side: number, score: number): Box => ({ left, top, right: left + side, bottom: top + side, score });
const size = { width: 100, height: 100 };

it('keeps the best of boxes that overlap', () => {
  const kept = suppress([box(0, 0, 10, 0.6), box(1, 1, 10, 0.9), box(50, 50, 10, 0.7)], 0.3);
  expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7]);
});

it('takes boxes from the raster to the picture', () => {
  expect(inPicture(box(10, 32, 10, 0.5), { scale: 0.5, offsetX: 0, offsetY: 32 })).toEqual(box(20, 0, 20, 0.5));
});

describe('people are there', () => {
  const face = (score: number): Box => box(0, 0, 20, score);

  it('with a sure face', () => {
    expect(countPeople([face(0.7)], [], 1, size)).toEqual({ count: 1, strength: expect.closeTo(0.75, 6), largestFace: 0.04 });
    expect(countPeople([face(0.69)], [], 0, size).count).toBe(0);
  });

  it('with a weaker face and a weaker person together', () => {
    expect(countPeople([face(0.6)], [face(0.4)], 1, size).count).toBe(1);
    expect(countPeople([face(0.6)], [face(0.39)], 1, size).count).toBe(0);
  });

  it('with a sure person, unless the classifier sees an animal', () => {
    expect(countPeople([], [face(0.6)], 0.49, size)).toMatchObject({ count: 1, strength: expect.closeTo(0.5, 6), largestFace: 0 });
    expect(countPeople([], [face(0.6)], 0.5, size).count).toBe(0);
  });

  it('as many as faces or persons, whichever are more', () => {
    expect(countPeople([face(0.9), face(0.5), face(0.49)], [face(0.5)], 0, size).count).toBe(2);
    expect(countPeople([face(0.9)], [face(0.6), face(0.5), face(0.5)], 0, size).count).toBe(3);
  });
});

describe('crops', () => {
  it('are up to four distinct boxes of a fitting size', () => {
    const boxes = [box(0, 0, 14, 0.9), box(0, 0, 90, 0.8), box(0, 0, 40, 0.7), box(5, 5, 40, 0.6), box(50, 0, 30, 0.5)];
    expect(cropBoxes(boxes, size)).toEqual([boxes[2], boxes[4]]);
    const many = [0, 1, 2, 3, 4, 5].map((i) => box((i % 3) * 33, Math.floor(i / 3) * 50, 30, 0.9 - i / 10));
    expect(cropBoxes(many, size)).toEqual(many.slice(0, 4));
  });

  it('are cut with a margin that stays inside the picture', () => {
    const raster = { width: 100, height: 50, data: Uint8Array.from({ length: 15_000 }, (_, i) => Math.floor(i / 3) % 100) };
    const part = cut(raster, { left: 90, top: 10, right: 100, bottom: 40, score: 1 }, { width: 100, height: 50 });
    expect([part.width, part.height, part.data[0]]).toEqual([100 - 87, 42 - 7, 87]);
  });

  it('of a large picture are cut from its smaller raster', () => {
    const raster = { width: 1280, height: 640, data: new Uint8Array(1280 * 640 * 3) };
    const part = cut(raster, { left: 1000, top: 1000, right: 2000, bottom: 2000, score: 1 }, { width: 5120, height: 2560 });
    expect([part.width, part.height]).toEqual([290, 290]); // 1000 and twice a margin of 80, by four
  });
});
