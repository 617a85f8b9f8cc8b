/** @file Which language is spoken now. It follows the choice at once, in every open window, and the system where nothing was chosen. */
import { create } from 'zustand';
import { isChoiceKey, type LanguageChoice, languageOf, readChoice, writeChoice } from './languages.ts';
import { loadMessages, type Messages } from './messages.ts';

export const useLanguage = create<{ choice: LanguageChoice; messages: Messages | null }>(() => ({ choice: 'auto', messages: null }));

/** Of several wishes in a row the last is heard, whichever file comes first. */
let wishes = 0;

async function speak(choice: LanguageChoice): Promise<boolean> {
  const wish = ++wishes;
  const language = languageOf(choice, window.navigator.languages);
  const messages = await loadMessages(language);
  if (wish !== wishes) return false;
  document.documentElement.lang = language;
  useLanguage.setState({ choice, messages });
  return true;
}

/** Before the first render, so that nothing is said in another language first. */
export async function startLanguage(): Promise<void> {
  await speak(readChoice());
  window.addEventListener('storage', ({ key }) => isChoiceKey(key) && follow());
  window.addEventListener('languagechange', follow);
}

/** The present language stays where the other cannot be fetched. */
function follow(): void {
  speak(readChoice()).catch((error: unknown) => console.warn('The language could not be changed.', error));
}

/** Rejects where the words cannot be fetched; then nothing has changed. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  if (await speak(choice)) writeChoice(choice);
}
