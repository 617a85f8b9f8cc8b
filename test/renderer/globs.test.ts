/** @file Exclusions as they are edited, and the patterns that buttons write. */
import { describe, expect, it } from 'vitest';
import { fileGlob, fromLines, subfolderGlob, toLines, withLine } from '../../renderer/library/globs.ts';

describe('exclusions', () => {
  it('are one per line, without empty lines and repetitions', () => {
    expect(fromLines(' drafts \n\n*.gif\ndrafts')).toEqual(['drafts', '*.gif']);
    expect(fromLines(toLines(['a', 'b/**']))).toEqual(['a', 'b/**']);
  });

  it('gain a line once', () => {
    expect(withLine('', 'a/**')).toBe('a/**');
    expect(withLine(withLine('x', 'a/**'), 'a/**')).toBe('x\na/**');
  });

  it('name a subfolder as it is, whatever stands in its name', () => {
    expect(subfolderGlob('drafts')).toBe('drafts/**');
    expect(subfolderGlob('[raw] (old)*')).toBe('[[]raw[]] [(]old[)][*]/**');
  });

  it('name a file from its folder, on any system', () => {
    expect(fileGlob('/home/ana/Pictures', '/home/ana/Pictures/2019/a.jpg')).toBe('2019/a.jpg');
    expect(fileGlob('C:\\Pictures', 'C:\\Pictures\\2019\\a.jpg')).toBe('2019/a.jpg');
    expect(fileGlob('/home/ana/Pictures', '/home/ana/Pictures2/a.jpg')).toBeNull();
  });
});
