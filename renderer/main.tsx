/** @file Starts the page. The colour scheme and the language are set before the first render, by this module and not by an inline script. */
import '@mantine/core/styles.layer.css';
import './theme/theme.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { startLanguage } from './messages/language-store.ts';
import { colorSchemeManager } from './theme/theme.ts';

const chosen = colorSchemeManager.get('auto');
const dark = chosen === 'dark' || (chosen === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');

await startLanguage();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
