/** @file Whether the palette is open. */
import { create } from 'zustand';

export const usePalette = create<{ opened: boolean }>(() => ({ opened: false }));
