/** @file The language of the interface: each is named by itself, and marked as what it is for whoever reads it aloud. */
import { NativeSelect } from '@mantine/core';
import { useReportProblem } from '../library/use-library-actions.ts';
import { chooseLanguage, useLanguage } from '../messages/language-store.ts';
import { type LanguageChoice, languageNames, languages } from '../messages/languages.ts';
import { useMessages } from '../messages/messages.ts';
import { Setting } from './setting.tsx';

export function LanguageSetting() {
  const { settings: messages } = useMessages();
  const choice = useLanguage((state) => state.choice);
  const onError = useReportProblem();
  const choose = (value: LanguageChoice): void => void chooseLanguage(value).catch(onError);
  return (
    <Setting name={messages.language} hint={messages.languageHint}>
      <NativeSelect aria-label={messages.language} value={choice} onChange={(event) => choose(event.currentTarget.value as LanguageChoice)}>
        <option value="auto">{messages.systemLanguage}</option>
        {languages.map((language) => (
          <option key={language} value={language} lang={language}>
            {languageNames[language]}
          </option>
        ))}
      </NativeSelect>
    </Setting>
  );
}
