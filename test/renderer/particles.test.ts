/** @file Korean particles by the sound before them. */
import { expect, test } from 'vitest';
import { type Particle, particle, withParticle } from '../../renderer/messages/particles.ts';

test.each<[string, Particle, string]>([
  ['사진', '을/를', '사진을'],
  ['폴더', '을/를', '폴더를'],
  ['여행', '이/가', '여행이'],
  ['바다', '이/가', '바다가'],
  ['엔진', '은/는', '엔진은'],
  ['바다', '과/와', '바다와'],
  ['가족', '과/와', '가족과'],
  ['부산', '으로/로', '부산으로'],
  ['서울', '으로/로', '서울로'],
  ['서울', '을/를', '서울을'],
  ['제주', '으로/로', '제주로'],
  // Digits, as they are read: 이십사, 십육, 천, 일, 영.
  ['2024', '은/는', '2024는'],
  ['16', '은/는', '16은'],
  ['1,000', '이/가', '1,000이'],
  ['1', '으로/로', '1로'],
  ['0', '으로/로', '0으로'],
  ['3', '으로/로', '3으로'],
  // Latin, as it is read.
  ['SigLIP', '을/를', 'SigLIP을'],
  ['SigLIP 2', '이/가', 'SigLIP 2가'],
  ['CLIP', '이/가', 'CLIP이'],
  ['Qwen', '이/가', 'Qwen이'],
  ['Oneword', '이/가', 'Oneword가'],
  ['Apple', '으로/로', 'Apple로'],
  ['Trips', '을/를', 'Trips를'],
  ['44MB', '을/를', '44MB를'],
  ['USB', '과/와', 'USB와'],
  ['VLM', '은/는', 'VLM은'],
  // Neither quotes nor what stands in brackets is read.
  ['‘가족’', '이/가', '‘가족’이'],
  ['원본(사본)', '을/를', '원본(사본)을'],
  ['(바다)', '을/를', '(바다)를'],
  // Nothing says how these are read.
  ['東京', '을/를', '東京을(를)'],
  ['★', '이/가', '★이(가)'],
  ['', '으로/로', '(으)로'],
])('%s with %s is %s', (word, pair, expected) => {
  expect(withParticle(word, pair)).toBe(expected);
  expect(particle(word, pair)).toBe(expected.slice(word.length));
});
