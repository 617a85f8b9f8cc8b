/** @file Globs, hidden names and pictures. */
import { describe, expect, it } from 'vitest';
import { createRules, isHiddenName, isPictureName } from '../../core/library/rules.ts';

const takes = (path: string, include: string[] = [], exclude: string[] = []) =>
  createRules('/pics', include, exclude).takes(`/pics/${path}`);

describe('rules', () => {
  it('take pictures by their extension, in any case', () => {
    expect(['a.jpg', 'A.JPEG', 'x/b.HEIC', 'c.svg', 'd.cr3', 'e.tif'].every((path) => takes(path))).toBe(true);
    expect(['a.txt', 'b.mp4', 'jpg', '.jpg', 'c.jpg.part', 'd'].some((path) => takes(path))).toBe(false);
    expect([isPictureName('.png'), isPictureName('a.png')]).toEqual([false, true]);
  });

  it('skip what is hidden or belongs to the system, also below it', () => {
    for (const path of [
      '.a.jpg',
      '.git/a.jpg',
      'x/.cache/y/a.jpg',
      '@eaDir/a.jpg',
      '$Recycle.Bin/a.jpg',
      'node_modules/a.jpg',
      'lost+found/a.jpg',
    ])
      expect(takes(path), path).toBe(false);
    expect(isHiddenName('normal')).toBe(false);
    expect(takes('.git/a.jpg', ['.git/**'])).toBe(false); // no glob brings it back
  });

  it.each([
    ['a name anywhere', 'raw', ['raw/a.jpg', 'x/raw/y/a.jpg', 'RAW/a.jpg'], ['raws/a.jpg', 'a.jpg']],
    ['a name with a star', '*.png', ['a.png', 'x/b.PNG'], ['a.jpg']],
    ['a path', '2019/raw', ['2019/raw/a.jpg', '2019/raw/x/a.jpg'], ['2020/raw/a.jpg', 'x/2019/raw/a.jpg']],
    ['a path with stars', '2019/**', ['2019/a.jpg', '2019/x/a.jpg'], ['2020/a.jpg']],
    ['a path with decoration', './2019/raw/', ['2019/raw/a.jpg'], ['a.jpg']],
    ['stars first', '**/private/*', ['private/a.jpg', 'x/private/a.jpg'], ['x/a.jpg']],
    ['braces', '{tmp,old}', ['tmp/a.jpg', 'x/old/a.jpg'], ['older/a.jpg']],
    ['accents in either form', 'caf\u00e9', ['cafe\u0301/a.jpg', 'caf\u00e9/a.jpg'], ['cafe/a.jpg']],
  ])('exclude %s, and include it likewise', (_, glob, matched, others) => {
    for (const path of matched) expect([path, takes(path, [], [glob]), takes(path, [glob], [])]).toEqual([path, false, true]);
    for (const path of others) expect([path, takes(path, [], [glob]), takes(path, [glob], [])]).toEqual([path, true, false]);
  });

  it('let exclusion win over inclusion', () => {
    expect(takes('2019/a.jpg', ['2019'], ['*.jpg'])).toBe(false);
  });

  it('do not enter the library or an excluded folder', () => {
    const rules = createRules('/pics', [], ['raw'], ['/pics/library']);
    expect([rules.entersFolder('/pics/library'), rules.entersFolder('/pics/raw'), rules.entersFolder('/pics/ok')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('refuse an empty glob', () => {
    expect(() => createRules('/pics', [], ['/'])).toThrow('is empty');
  });
});
