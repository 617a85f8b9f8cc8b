/** @file Every language says all of it, nothing is said twice or past the messages, and numbers fit what they count. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../models/hub/catalogue.ts';
import { type Language, languageNames, languageOf, languages, readChoice, writeChoice } from '../../../renderer/messages/languages.ts';
import { loadMessages, type Messages } from '../../../renderer/messages/messages.ts';
import { literalsIn } from './literals.ts';
import { numbers, samplesOfMessages } from './samples.ts';
import { pageSources, readSource, sourceOf } from './sources.ts';
import { isUsed, usedPaths } from './used.ts';

/** Messages by their paths. What the catalogue says in English is its own; every other language has it here. */
function flat(messages: object, at = ''): Map<string, unknown> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]): [string, unknown][] => {
      const path = at === '' ? key : `${at}.${key}`;
      if (path === 'engines.described') return [];
      return typeof value === 'object' ? [...flat(value, path)] : [[path, value]];
    }),
  );
}

const all = new Map<Language, Messages>(
  await Promise.all(languages.map(async (language) => [language, await loadMessages(language)] as const)),
);
const english = flat(all.get('en') ?? {});
const others = languages.filter((language) => language !== 'en');
const samples = samplesOfMessages();
const sources = pageSources();

/** All that a message says: itself, or for each sample. */
function saidBy(path: string, message: unknown): string[] {
  if (typeof message === 'string') return [message];
  if (typeof message !== 'function') return [];
  return (samples.get(path) ?? []).map((values) => String(message(...values)));
}

/** The same words in several languages: names, kinds of files, abbreviations, signs, and numbers by themselves. */
const same =
  /^(Oneword|Name|Version|Tab|Enter|Esc|Details|Text|Index|Engines?|System|Offline|Zoom|Download|Pixel|JPEG|PNG|WebP|GIF|TIFF|AVIF|SVG|HEIC)$/;
/** Names put together, units, what stands on the keys of a keyboard, and words that two languages share. */
const sameByRight = /^(wall\.tile|duration|keys\.caps\..*|box\.factChip|filters\.folder)$/;
const hasWords = (text: string): boolean => /\p{Ll}{2}/u.test(text.replace(/Trips|Cats|Oneword/g, ''));

describe('each language', () => {
  it.each(others)('%s has the keys of English, as text where it is text and as a function where it is one', (language) => {
    const own = flat(all.get(language) ?? {});
    const kinds = (messages: Map<string, unknown>) => Object.fromEntries([...messages].map(([path, value]) => [path, typeof value]));
    expect(kinds(own)).toEqual(kinds(english));
  });

  it.each(languages)('%s says something for every message and every number', (language) => {
    const silent = [...flat(all.get(language) ?? {})].filter(([path, message]) => {
      const said = saidBy(path, message);
      return said.length === 0 || said.some((text) => text.trim() === '' || /undefined|NaN|\[object|null/.test(text));
    });
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it.each(others)('%s leaves no English sentence untranslated', (language) => {
    const left = [...flat(all.get(language) ?? {})].flatMap(([path, message]) => {
      const englishSays = saidBy(path, english.get(path));
      return saidBy(path, message)
        .filter((text, at) => text === englishSays[at] && hasWords(text) && !same.test(text) && !sameByRight.test(path))
        .map((text) => `${path}: ${text}`);
    });
    expect(left).toEqual([]);
  });

  it.each(others)('%s knows every engine that comes with Oneword, and no other', (language) => {
    const described = all.get(language)?.engines.described ?? {};
    expect(Object.keys(described).sort()).toEqual(['lite', ...catalogue.map(({ id }) => id)].sort());
  });

  it('is fetched when it is spoken, and English is as the others', async () => {
    for (const { file, tree } of [...sources, readSource('messages/messages.ts')]) {
      const imports = (tree.body as { type: string; importKind?: string; source?: { value: string } }[]).filter(
        ({ type, importKind }) => type === 'ImportDeclaration' && importKind !== 'type',
      );
      const fixed = imports.filter(({ source }) => /messages\/(en|ko|de)\.ts$|^\.\/(en|ko|de)\.ts$/.test(source?.value ?? ''));
      expect(fixed, file).toEqual([]);
    }
  });
});

describe('one and many', () => {
  const cases: readonly [Language, readonly string[]][] = [
    ['en', ['0 pictures', '1 picture', '2 pictures', '5 pictures', '1,000 pictures']],
    ['de', ['0 Bilder', '1 Bild', '2 Bilder', '5 Bilder', '1.000 Bilder']],
    ['ko', ['사진 0장', '사진 1장', '사진 2장', '사진 5장', '사진 1,000장']],
  ];
  it.each(cases)('are told apart in %s where it does', (language, said) => {
    expect(numbers.map((number) => all.get(language)?.facts.pictures(number))).toEqual(said);
  });

  it('are told apart in whole sentences', () => {
    expect([1, 2].map((number) => all.get('de')?.notices.failed(number))).toEqual([
      '1 Datei ließ sich nicht lesen. Alles andere geht weiter.',
      '2 Dateien ließen sich nicht lesen. Alles andere geht weiter.',
    ]);
    expect([1, 2].map((number) => all.get('de')?.library.removed(number))).toEqual([
      'Der Ordner wurde mit 1 Bild aus der Bibliothek entfernt. Die Dateien sind, wo sie waren.',
      'Der Ordner wurde mit 2 Bildern aus der Bibliothek entfernt. Die Dateien sind, wo sie waren.',
    ]);
  });
});

describe('the page', () => {
  it('uses every message', () => {
    const used = new Set(sources.flatMap((source) => [...usedPaths(source)]));
    expect([...english.keys()].filter((path) => !isUsed(path, used))).toEqual([]);
  });

  it('says nothing past the messages', () => {
    expect(sources.flatMap(literalsIn)).toEqual([]);
  });

  it('is read so that what is used, and what is said past the messages, is seen', () => {
    const source = sourceOf(
      'a.tsx',
      `type Words = Messages['job'];
       function nameOf(job: Job, { names }: Words) { return names[job.name]; }
       export function A({ on }) {
         const messages = useMessages();
         const { box, library: words } = messages;
         return <p title={on ? 'Hello' : words.types.raw} className="x">{on && 'now'} there {box.clear} {messages.wall.gone}</p>;
       }`,
    );
    expect(literalsIn(source).sort()).toEqual(['a.tsx: Hello', 'a.tsx: now', 'a.tsx: there']);
    const used = usedPaths(source);
    const asked = ['job.names.scanning', 'box.clear', 'library.types.raw', 'wall.gone', 'box.tab', 'library.types.png', 'job.rate'];
    expect(asked.filter((path) => isUsed(path, used))).toEqual(asked.slice(0, 4));
  });
});

describe('the language', () => {
  it.each<[readonly string[], Language]>([
    [['de-AT', 'en'], 'de'],
    [['fr-FR', 'ko-KR', 'en-US'], 'ko'],
    [['en-GB', 'de'], 'en'],
    [['fr', 'ja'], 'en'],
    [[], 'en'],
  ])('of a system that speaks %j is %s', (preferred, language) => {
    expect(languageOf('auto', preferred)).toBe(language);
  });

  it('that was chosen is spoken whatever the system says', () => {
    expect(languageOf('ko', ['de-DE'])).toBe('ko');
  });

  it('is kept, and forgotten when the system decides again', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    expect(readChoice(storage)).toBe('auto');
    writeChoice('de', storage);
    expect(readChoice(storage)).toBe('de');
    writeChoice('auto', storage);
    expect(kept.size).toBe(0);
    kept.set('oneword-language', 'tlh');
    expect(readChoice(storage)).toBe('auto');
  });

  it('has a name of its own', () => {
    expect(Object.keys(languageNames)).toEqual([...languages]);
  });
});
