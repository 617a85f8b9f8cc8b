/** @file The table of keys: no key twice in one place, and a key is recognised however the keyboard writes it. */
import { describe, expect, it } from 'vitest';
import { capsOf, capsOfAll, keyBindings, keyPressed, type PressedKey, shortcutOf } from '../../renderer/app/keys.ts';
import { en } from '../../renderer/messages/en.ts';

const press = (key: string, more: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

const repeated = (names: readonly string[]): string[] => names.filter((name, at) => names.indexOf(name) !== at);

describe('the table of keys', () => {
  it('gives a key one meaning in each place', () => {
    expect(repeated(keyBindings.flatMap(({ where, keys }) => keys.map((key) => `${where} ${key.toLowerCase()}`)))).toEqual([]);
  });

  it('gives each binding a name of its own in its place', () => {
    expect(repeated(keyBindings.map(({ where, id }) => `${where} ${id}`))).toEqual([]);
  });

  it('leaves the keys of every page alone in each of its places', () => {
    const everywhere = keyBindings.filter(({ where }) => where === 'everywhere').flatMap(({ keys }) => [...keys] as string[]);
    const taken = keyBindings.filter(({ where, keys }) => where !== 'everywhere' && keys.some((key) => everywhere.includes(key)));
    expect(taken).toEqual([]);
  });

  it('says of every place and every key what it is', () => {
    for (const { where, label } of keyBindings) {
      expect(en.keys.groups[where]).toBeTruthy();
      expect(en.keys.does[label]).toBeTruthy();
    }
    const used = new Set<string>(keyBindings.map(({ label }) => label));
    expect(Object.keys(en.keys.does).filter((label) => !used.has(label))).toEqual([]);
  });

  it('has words for every key that is not its own sign', () => {
    const caps = keyBindings.flatMap(({ keys }) => keys.flatMap((key) => [...capsOf(key, en.keys, false), ...capsOf(key, en.keys, true)]));
    const known: readonly string[] = Object.values(en.keys.caps);
    expect(caps.filter((cap) => cap.length > 1 && !known.includes(cap))).toEqual([]);
  });
});

describe('a pressed key', () => {
  it('means what its place says', () => {
    expect(keyPressed(press('m'), 'wall')).toBe('like');
    expect(keyPressed(press(' '), 'wall')).toBe('peek');
    expect(keyPressed(press('ArrowLeft'), 'wall')).toBe('walk');
    expect(keyPressed(press('ArrowLeft'), 'viewer')).toBe('previous');
    expect(keyPressed(press('m'), 'everywhere')).toBeNull();
  });

  it('is a letter with caps lock, and on a keyboard that writes Hangul', () => {
    expect(keyPressed(press('M'), 'wall')).toBe('like');
    expect(keyPressed(press('ㅡ', { code: 'KeyM' }), 'wall')).toBe('like');
    expect(keyPressed(press('ㅏ', { code: 'KeyK', ctrlKey: true }), 'everywhere', false)).toBe('palette');
  });

  it('is where the keyboard writes it, not where an American one has it', () => {
    expect(keyPressed(press('q', { code: 'KeyA' }), 'wall')).toBeNull();
    expect(keyPressed(press('m', { code: 'Semicolon' }), 'wall')).toBe('like');
  });

  it('is a sign with Shift or without', () => {
    expect(keyPressed(press('?', { shiftKey: true }), 'everywhere')).toBe('sheet');
    expect(keyPressed(press('?'), 'everywhere')).toBe('sheet');
  });

  it('is not the same with Shift, Alt or Control', () => {
    expect(keyPressed(press('M', { shiftKey: true }), 'wall')).toBeNull();
    expect(keyPressed(press('m', { altKey: true }), 'wall')).toBeNull();
    expect(keyPressed(press('m', { ctrlKey: true }), 'wall', false)).toBeNull();
  });

  it('goes with Command on a Mac and with Control elsewhere', () => {
    expect(keyPressed(press('k', { metaKey: true }), 'everywhere', true)).toBe('palette');
    expect(keyPressed(press('k', { ctrlKey: true }), 'everywhere', true)).toBeNull();
    expect(keyPressed(press('k', { ctrlKey: true }), 'everywhere', false)).toBe('palette');
    expect(capsOf('Mod+K', en.keys, true)).toEqual(['⌘', 'K']);
    expect(capsOf('Mod+K', en.keys, false)).toEqual(['Ctrl', 'K']);
    expect(shortcutOf('everywhere', 'palette')).toBe('Mod+K');
  });

  it('says once what is held for several', () => {
    expect(capsOfAll(['Shift+ArrowLeft', 'Shift+ArrowRight'], en.keys)).toEqual(['Shift', '←', '→']);
    expect(capsOfAll(['Mod+Z', 'Mod+Shift+Z'], en.keys, false)).toEqual(['Ctrl', 'Z', 'Ctrl', 'Shift', 'Z']);
    expect(capsOfAll(['Home', 'End'], en.keys)).toEqual(['Home', 'End']);
  });
});
