/** @file The languages of the interface, and which one it is: what was chosen here, else the first that the system speaks, else English. */

export const languages = ['en', 'ko', 'de'] as const;
export type Language = (typeof languages)[number];

/** `auto`: as the system says. */
export type LanguageChoice = Language | 'auto';

/** Each by its own name, so that whoever cannot read the page finds it. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어', de: 'Deutsch' };

const key = 'oneword-language';

/** `preferred`: locales of the system, such as `de-AT`, the best first. */
export function languageOf(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== 'auto') return choice;
  const spoken = preferred.map((locale) => locale.toLowerCase().split(/[-_]/)[0]);
  return spoken.flatMap((name) => languages.find((language) => language === name) ?? [])[0] ?? 'en';
}

export function readChoice(storage: Pick<Storage, 'getItem'> = window.localStorage): LanguageChoice {
  const kept = storage.getItem(key);
  return languages.find((language) => language === kept) ?? 'auto';
}

export function writeChoice(choice: LanguageChoice, storage: Pick<Storage, 'setItem' | 'removeItem'> = window.localStorage): void {
  if (choice === 'auto') storage.removeItem(key);
  else storage.setItem(key, choice);
}

/** True of a change of storage, in another window, that may change the choice. */
export function isChoiceKey(changed: string | null): boolean {
  return changed === null || changed === key;
}
