/** @file The rebuilding script: the committed files follow from their inputs. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readMatrix } from '../../../models/lite/rebuild/initializer.ts';
import { principalDirections } from '../../../models/lite/rebuild/principal.ts';
import { glossTable, labelTable, pluralTable, readWordNet } from '../../../models/lite/rebuild/wordnet.ts';
import { weightsDirectory } from '../../../models/weights.ts';

const script = path.resolve(import.meta.dirname, '../../../models/lite/rebuild.ts');

it('finds the committed label and person vectors equal, and says what is missing for the rest', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check', '--skip-features', '--wordnet', '/nowhere']);
  expect(stdout).toMatch(/^equal: lite\/label-vectors\.f32/m);
  expect(stdout).toMatch(/^equal: lite-people\/person-vectors\.f32/m);
  expect(stdout).toMatch(/^not rebuilt: lite\/labels\.json.*not in \/nowhere$/m);
  expect(stdout).toMatch(/^not rebuilt: lite\/image\.onnx/m);
});

it('asks for one of its two modes', async () => {
  const run = promisify(execFile)(process.execPath, [script]);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--check or --out') });
});

it('reads the last layer of the picture network', async () => {
  const network = await readFile(path.join(weightsDirectory, 'lite/image.onnx'));
  const { rows, columns, data } = readMatrix(network, 'm._fc.weight_h');
  expect([rows, columns]).toEqual([1000, 1280]);
  const spread = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  expect(spread).toBeGreaterThan(0.01);
  expect(spread).toBeLessThan(0.5);
  expect(() => readMatrix(network, 'no such weight')).toThrow('no float16 matrix "no such weight"');
});

it('finds principal directions', () => {
  const angle = Math.PI / 6;
  const [strong, weak] = [
    [Math.cos(angle), Math.sin(angle), 0],
    [-Math.sin(angle), Math.cos(angle), 0],
  ] as const;
  // Points around (1, 2, 3): far along the first direction, less far along the second.
  const points = [9, -9, 4, -4, 0].map((far, i) =>
    [1, 2, 3].map((m, k) => m + far * (strong[k] ?? 0) + ([1, 1, -2, -2, 2][i] ?? 0) * (weak[k] ?? 0)),
  );
  const found = principalDirections({ rows: 5, columns: 3, data: Float64Array.from(points.flat()) }, 2);
  for (const [k, value] of [...strong, ...weak].entries()) expect(found[k]).toBeCloseTo(value, 6);
});

describe('from WordNet files', () => {
  const synsets = [
    '00001740 03 n 01 entity 0 001 ~ 00001930 n 0000 | that which exists; "an example"  ',
    '00001930 03 n 01 physical_entity 0 001 @ 00001740 n 0000 | an entity that has physical existence  ',
    '02084071 05 n 02 dog 0 domestic_dog 0 002 #m 02000000 n 0000 @ 00001930 n 0000 | a tame canine; "the dog barked"  ',
    '04960582 07 n 01 green 0 001 @ 00001930 n 0000 | a colour of growing grass  ',
  ];

  it('makes glosses, plurals and labels', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'oneword-wordnet-'));
    await writeFile(path.join(directory, 'data.noun'), `  1 a licence line\n${synsets.join('\n')}\n`);
    await writeFile(
      path.join(directory, 'index.noun'),
      [
        'dog n 1 2 @ #m 1 1 02084071',
        'domestic_dog n 1 1 @ 1 0 02084071',
        'entity n 1 1 ~ 1 1 00001740',
        'green n 1 1 @ 1 0 04960582',
      ].join('  \n'),
    );
    await writeFile(path.join(directory, 'noun.exc'), 'dogges dog\noxen ox\n');
    const wordNet = await readWordNet(directory);
    await rm(directory, { recursive: true });

    expect(glossTable(wordNet)).toBe('dog\t0\ndomestic dog\t0\n\na tame canine\n');
    expect(pluralTable(wordNet)).toBe('{"dogges":"dog"}');
    expect(labelTable(wordNet, ['n02084071'])).toEqual({
      classes: [{ wnid: 'n02084071', names: ['dog', 'domestic dog'], gloss: 'a tame canine', path: [0, 1] }],
      nodes: [
        { wnid: 'n00001930', names: ['physical entity'], n: 1 },
        { wnid: 'n00001740', names: ['entity'], n: 1 },
      ],
    });
  });
});
