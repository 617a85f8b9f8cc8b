/** @file Whether a folder is being chosen. The dialog is one for the whole window: the library, the palette and others open it. */
import { create } from 'zustand';

export const useAddingFolder = create<{ opened: boolean }>(() => ({ opened: false }));

export function openAddFolder(): void {
  useAddingFolder.setState({ opened: true });
}

export function closeAddFolder(): void {
  useAddingFolder.setState({ opened: false });
}
