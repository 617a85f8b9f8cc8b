/**
 * @file Bundles the page into dist/renderer: no inline script, so that the content security policy can refuse them all.
 * `npm run dev` serves the sources over a running `oneword serve`: set ONEWORD_TOKEN to the token in its address.
 */
import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';
import { licencesFile } from './licences-file.ts';

export default defineConfig(({ mode }) => {
  const { ONEWORD_SERVER: target = 'http://127.0.0.1:4242', ONEWORD_TOKEN: token = '' } = loadEnv(mode, '.', 'ONEWORD_');
  const routes = ['/api', '/thumb', '/preview', '/media', '/query-picture'];
  const headers = { origin: target, authorization: `Bearer ${token}` };
  return {
    plugins: [react(), licencesFile()],
    build: {
      outDir: '../dist/renderer',
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // It comes from this machine: one larger file is there sooner than several.
      chunkSizeWarningLimit: 700,
    },
    server: { proxy: Object.fromEntries(routes.map((route) => [route, { target, changeOrigin: true, headers }])) },
  };
});
